import { bodyText, pathParameter, readText, sendFhir } from '@chartseal/server';
import type { RequestHandler } from 'express';
import type { IngestDependencies } from '../dependencies.ts';
import { readResource, requireId } from '../intake.ts';
import { changeMeta, metaParameters, type MetaOperation } from '../operations/meta.ts';
import { preconditionsOf } from './criteria.ts';
import { mayWrite } from './may-write.ts';
import { nameVersion } from './send-version.ts';

/** POST [base]/[type]/[id]/$meta-add and $meta-delete */
export const metaRoute =
  (operation: MetaOperation) =>
  (dependencies: IngestDependencies): readonly RequestHandler[] => [
    mayWrite('u'),
    readText(),
    async (req, res) => {
      const outcome = await changeMeta(dependencies, {
        key: { resourceType: pathParameter(req, 'resourceType'), id: requireId(pathParameter(req, 'id')) },
        operation,
        incoming: readResource(bodyText(req)),
        ...preconditionsOf(req),
      });
      nameVersion(res, outcome.version);
      sendFhir(res, 200, JSON.stringify(metaParameters(outcome)));
    },
  ];
