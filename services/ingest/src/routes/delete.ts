import { operationOutcome } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import { pathParameter, sendEmpty, sendFhir } from '@chartseal/server';
import type { Request, RequestHandler, Response } from 'express';
import { deleteRecord, deleteWhere } from '../delete.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { preferredReturn } from '../prefer.ts';
import { criteriaOf, preconditionsOf } from './criteria.ts';
import { mayWrite } from './may-write.ts';
import { nameVersion } from './send-version.ts';

const sendDeleted = (req: Request, res: Response, version: StoredVersion | undefined): void => {
  if (version !== undefined) nameVersion(res, version);
  if (preferredReturn(req) === 'OperationOutcome') sendFhir(res, 200, JSON.stringify(operationOutcome([])));
  else sendEmpty(res, 204);
};

/** DELETE [base]/[type]/[id] */
export const deleteRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('d'),
  async (req, res) => {
    const key = { resourceType: pathParameter(req, 'resourceType'), id: pathParameter(req, 'id') };
    sendDeleted(req, res, await deleteRecord(dependencies, { ...key, ...preconditionsOf(req) }));
  },
];

/** DELETE [base]/[type]?[criteria] */
export const conditionalDeleteRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('d'),
  async (req, res) => {
    const condition = criteriaOf(dependencies, req);
    sendDeleted(req, res, await deleteWhere(dependencies, { condition, ...preconditionsOf(req) }));
  },
];
