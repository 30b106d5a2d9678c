import type { RequestHandler } from 'express';
import { pathParameter, sendEmpty } from '@chartseal/server';
import { deleteRecord } from '../delete.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { etag } from '../versioning.ts';
import { mayWrite } from './may-write.ts';

/** DELETE [base]/[type]/[id] */
export const deleteRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('d'),
  async (req, res) => {
    const key = { resourceType: pathParameter(req, 'resourceType'), id: pathParameter(req, 'id') };
    const version = await deleteRecord(dependencies, { ...key, ifMatch: req.get('if-match') });
    if (version !== undefined) res.setHeader('ETag', etag(version.versionId));
    sendEmpty(res, 204);
  },
];
