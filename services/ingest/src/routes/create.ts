import type { RequestHandler } from 'express';
import { pathParameter } from '@chartseal/server';
import { parseCondition } from '../condition.ts';
import { create } from '../create.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { incomingOf, readWritten } from './body.ts';
import { mayWrite } from './may-write.ts';
import { sendVersion } from './send-version.ts';

/** POST [base]/[type] */
export const createRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('c'),
  readWritten,
  async (req, res) => {
    const resourceType = pathParameter(req, 'resourceType');
    const ifNoneExist = req.get('if-none-exist');
    const condition =
      ifNoneExist === undefined
        ? undefined
        : parseCondition(resourceType, ifNoneExist, 'If-None-Exist', searchContext(dependencies));
    const { kind, ...rest } = await create(dependencies, { resourceType, condition, incoming: incomingOf(req) });
    await sendVersion(dependencies, req, res, { status: kind === 'created' ? 201 : 200, ...rest });
  },
];
