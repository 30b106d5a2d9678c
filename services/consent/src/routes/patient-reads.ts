import { ChartsealError, type PatientHandle } from '@chartseal/ports';
import { queryOf, sendFhir } from '@chartseal/server';
import type { Request, RequestHandler } from 'express';
import type { ConsentDependencies } from '../dependencies.ts';
import { accessHistory } from '../patient/access-history.ts';
import { authenticatePatient } from '../patient/authenticate-patient.ts';
import { ownDirectives } from '../patient/own-directives.ts';

const whoCalls = (dependencies: ConsentDependencies, req: Request, path: string): Promise<PatientHandle> =>
  authenticatePatient(dependencies, {
    authorization: req.get('authorization'),
    method: req.method,
    url: `${dependencies.consentBaseUrl}${path}`,
  });

/** GET /consent/Consent: the patient's own directives. */
export const ownDirectivesRoute =
  (dependencies: ConsentDependencies): RequestHandler =>
  async (req, res) => {
    const { handle } = await whoCalls(dependencies, req, '/Consent');
    sendFhir(res, 200, await ownDirectives(dependencies, handle));
  };

/** GET /consent/AuditEvent: the patient's own access history. */
export const accessHistoryRoute =
  (dependencies: ConsentDependencies): RequestHandler =>
  async (req, res) => {
    const { patientId } = await whoCalls(dependencies, req, '/AuditEvent');
    const page = queryOf(req).get('_page') ?? undefined;
    if (page !== undefined && !/^\d{1,15}$/.test(page))
      throw new ChartsealError('malformed', 'this page link cannot be read');
    sendFhir(res, 200, await accessHistory(dependencies, patientId, page === undefined ? undefined : Number(page)));
  };
