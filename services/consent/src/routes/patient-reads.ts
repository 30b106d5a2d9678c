import { authenticatePatient, negotiate, pathParameter, sendFhir, sendText } from '@chartseal/server';
import { ChartsealError, type PatientHandle } from '@chartseal/ports';
import type { Request, RequestHandler } from 'express';
import type { ConsentDependencies } from '../dependencies.ts';
import { directiveReceipt, receiptMediaType } from '../patient/directive-receipt.ts';
import { consentResource, ownConsents, ownDirective, ownDirectives } from '../patient/own-directives.ts';

const whoCalls = (dependencies: ConsentDependencies, req: Request, path: string): Promise<PatientHandle> =>
  authenticatePatient(dependencies, {
    authorization: req.get('authorization'),
    method: req.method,
    url: `${dependencies.consentBaseUrl}${path}`,
  });

/** @throws ChartsealError `not-found` for what is no id: no token can be for its address */
const consentIdOf = (req: Request): string => {
  const id = pathParameter(req, 'consentId');
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw new ChartsealError('not-found', 'there is no such consent');
  return id;
};

/** GET /consent/Consent: the patient's own directives. */
export const ownDirectivesRoute =
  (dependencies: ConsentDependencies): RequestHandler =>
  async (req, res) => {
    const { handle } = await whoCalls(dependencies, req, '/Consent');
    sendFhir(res, 200, ownConsents(await ownDirectives(dependencies, handle), dependencies.consentBaseUrl));
  };

/** GET /consent/Consent/{consentId} */
export const ownConsentRoute =
  (dependencies: ConsentDependencies): RequestHandler =>
  async (req, res) => {
    const consentId = consentIdOf(req);
    const { handle } = await whoCalls(dependencies, req, `/Consent/${consentId}`);
    sendFhir(res, 200, consentResource(await ownDirective(dependencies, handle, consentId)));
  };

/** GET /consent/Consent/{consentId}/$receipt */
export const consentReceiptRoute = (dependencies: ConsentDependencies): RequestHandler[] => [
  negotiate([receiptMediaType, 'application/json']),
  async (req, res) => {
    const consentId = consentIdOf(req);
    const { handle } = await whoCalls(dependencies, req, `/Consent/${consentId}/$receipt`);
    const receipt = await directiveReceipt(dependencies, await ownDirective(dependencies, handle, consentId));
    sendText(res, 200, JSON.stringify(receipt), receiptMediaType);
  },
];
