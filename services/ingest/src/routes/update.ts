import type { RequestHandler } from 'express';
import { bodyText, pathParameter, readText } from '@chartseal/server';
import type { IngestDependencies } from '../dependencies.ts';
import { readResource } from '../intake.ts';
import { update } from '../update.ts';
import { mayWrite } from './may-write.ts';
import { sendVersion } from './send-version.ts';

/** PUT [base]/[type]/[id] */
export const updateRoute = (dependencies: IngestDependencies): RequestHandler[] => [
  mayWrite('u'),
  readText(),
  async (req, res) => {
    const { kind, version } = await update(dependencies, {
      resourceType: pathParameter(req, 'resourceType'),
      id: pathParameter(req, 'id'),
      incoming: readResource(bodyText(req)),
      ifMatch: req.get('if-match'),
    });
    sendVersion(req, res, kind === 'created' ? 201 : 200, version, dependencies.fhirBaseUrl);
  },
];
