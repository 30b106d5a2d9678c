import { bodyText, bodyType, JSON_TYPES, pathParameter, readText } from '@chartseal/server';
import type { Request, RequestHandler } from 'express';
import type { Target } from '../commit-on.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { readResource, requireId } from '../intake.ts';
import { jsonPatchType, patchRecord, readFhirPathPatch, readJsonPatch, type Patch } from '../patch.ts';
import { criteriaOf, preconditionsOf } from './criteria.ts';
import { mayWrite } from './may-write.ts';
import { sendVersion } from './send-version.ts';

const patchOf = (req: Request): Patch =>
  bodyType(req) === jsonPatchType ? readJsonPatch(bodyText(req)) : readFhirPathPatch(readResource(bodyText(req)));

const patchRouteOn = (
  dependencies: IngestDependencies,
  targetOf: (req: Request) => Target,
): readonly RequestHandler[] => [
  mayWrite('u'),
  readText({ types: [jsonPatchType, ...JSON_TYPES] }),
  async (req, res) => {
    const target = targetOf(req);
    const { version, issues } = await patchRecord(dependencies, {
      target,
      patch: patchOf(req),
      ...preconditionsOf(req),
    });
    await sendVersion(dependencies, req, res, { status: 200, version, issues });
  },
];

/** PATCH [base]/[type]/[id] */
export const patchRoute = (dependencies: IngestDependencies): readonly RequestHandler[] =>
  patchRouteOn(dependencies, (req) => ({
    kind: 'id',
    key: { resourceType: pathParameter(req, 'resourceType'), id: requireId(pathParameter(req, 'id')) },
  }));

/** PATCH [base]/[type]?[criteria] */
export const conditionalPatchRoute = (dependencies: IngestDependencies): readonly RequestHandler[] =>
  patchRouteOn(dependencies, (req) => ({ kind: 'condition', condition: criteriaOf(dependencies, req) }));
