import type { RequestHandler } from 'express';
import { bodyText, pathParameter, readText } from '@chartseal/server';
import { parseCondition } from '../conditional-create.ts';
import { create } from '../create.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import { readResource } from '../intake.ts';
import { mayWrite } from './may-write.ts';
import { sendVersion } from './send-version.ts';

/** POST [base]/[type] */
export const createRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('c'),
  readText(),
  async (req, res) => {
    const resourceType = pathParameter(req, 'resourceType');
    const ifNoneExist = req.get('if-none-exist');
    const condition =
      ifNoneExist === undefined
        ? undefined
        : parseCondition(resourceType, ifNoneExist, 'If-None-Exist', searchContext(dependencies));
    const { kind, version } = await create(dependencies, {
      resourceType,
      condition,
      incoming: readResource(bodyText(req)),
    });
    sendVersion(req, res, kind === 'created' ? 201 : 200, version, dependencies.fhirBaseUrl);
  },
];
