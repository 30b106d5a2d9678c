import { ChartsealError } from '@chartseal/ports';
import { bodyText, pathParameter, principalOf, readText, requireOwn, requireScope, sendFhir } from '@chartseal/server';
import type { RequestHandler } from 'express';
import type { ConsentDependencies } from '../dependencies.ts';
import { custodianDirective } from '../directives/custodian.ts';
import { offerEnrolment, requirePatient } from '../enrolment/offer.ts';
import { readMembers } from './body.ts';

const parameters = (values: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: Object.entries(values).map(([name, valueString]) => ({ name, valueString })),
  });

/** Only the patient's own hospital has met the patient. */
const atTheDesk: RequestHandler = (_req, res, next) => {
  const principal = principalOf(res);
  requireOwn(principal);
  requireScope(principal, 'Patient', 'u');
  next();
};

/** An empty Parameters, or no body. A parameter would ask for something that nobody does. @throws ChartsealError `malformed` */
const noParameters: RequestHandler = (req, _res, next) => {
  if (bodyText(req) !== '') {
    const { value } = readMembers(req, ['resourceType']);
    if (value['resourceType'] !== 'Parameters')
      throw new ChartsealError('malformed', 'the operation takes an empty Parameters');
  }
  next();
};

/** POST /fhir/Patient/{id}/$enroll */
export const enrollRoute = (dependencies: ConsentDependencies): RequestHandler[] => [
  atTheDesk,
  readText(),
  noParameters,
  async (req, res) => {
    sendFhir(res, 200, parameters(await offerEnrolment(dependencies, pathParameter(req, 'id'))));
  },
];

/** POST /fhir/Patient/{id}/$freeze and $unfreeze: at the patient's word, for every handle that is open. */
export const freezeRoute = (
  dependencies: ConsentDependencies,
  operation: 'custodian-freeze' | 'custodian-unfreeze',
): RequestHandler[] => [
  atTheDesk,
  readText(),
  noParameters,
  async (req, res) => {
    const id = pathParameter(req, 'id');
    await requirePatient(dependencies, id);
    const handles = (await dependencies.patients.handlesOf(id)).filter(({ state }) => state === 'open');
    if (handles.length === 0) throw new ChartsealError('conflict', 'the Patient has not enrolled a key');
    const settled = await Promise.all(handles.map(({ handle }) => custodianDirective(dependencies, handle, operation)));
    const committed = settled.every(({ ledger }) => ledger.state === 'committed');
    sendFhir(res, committed ? 200 : 202, parameters({ state: operation === 'custodian-freeze' ? 'frozen' : 'open' }));
  },
];
