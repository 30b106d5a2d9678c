import type { RequestHandler } from 'express';
import { pathParameter } from '@chartseal/server';
import type { IngestDependencies } from '../dependencies.ts';
import { update, updateWhere } from '../update.ts';
import { incomingOf, readWritten } from './body.ts';
import { criteriaOf, preconditionsOf } from './criteria.ts';
import { mayWrite } from './may-write.ts';
import { sendVersion } from './send-version.ts';

/** PUT [base]/[type]/[id] */
export const updateRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('u'),
  readWritten,
  async (req, res) => {
    const id = pathParameter(req, 'id');
    const { kind, ...rest } = await update(dependencies, {
      resourceType: pathParameter(req, 'resourceType'),
      id,
      incoming: incomingOf(req, id),
      ...preconditionsOf(req),
    });
    await sendVersion(dependencies, req, res, { status: kind === 'created' ? 201 : 200, ...rest });
  },
];

/** PUT [base]/[type]?[criteria] */
export const conditionalUpdateRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('u'),
  readWritten,
  async (req, res) => {
    const { kind, ...rest } = await updateWhere(dependencies, {
      condition: criteriaOf(dependencies, req),
      incoming: incomingOf(req),
      ...preconditionsOf(req),
    });
    await sendVersion(dependencies, req, res, { status: kind === 'created' ? 201 : 200, ...rest });
  },
];
