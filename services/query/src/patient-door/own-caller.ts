import { authenticatePatient, type PatientDoor } from '@chartseal/server';
import type { Request } from 'express';
import { ownNames } from '../accesses/own-names.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { OwnNames } from '../release/own-access.ts';

/** Who reads with the own key or as a proxy, and all that is the same person's. @throws ChartsealError `unauthenticated` */
export const ownCaller = async (
  dependencies: QueryDependencies & PatientDoor,
  req: Request,
  path: string,
): Promise<OwnNames> => {
  const { patientId } = await authenticatePatient(dependencies, {
    authorization: req.get('authorization'),
    method: req.method,
    url: `${dependencies.consentBaseUrl}${path}`,
  });
  return ownNames(dependencies, patientId);
};
