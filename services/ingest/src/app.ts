import { Router } from 'express';
import type { RequestHandler } from 'express';
import { readText, route } from '@chartseal/server';
import type { IngestDependencies } from './dependencies.ts';
import { bundleRoute } from './routes/bundle.ts';
import { createRoute } from './routes/create.ts';
import { deleteRoute } from './routes/delete.ts';
import { updateRoute } from './routes/update.ts';

/**
 * The writing half of `/fhir`. `authenticate` comes first, and with it the refusal of another organisation's writes: bodies of
 * strangers are not even read.
 */
export const createIngestRouter = (dependencies: IngestDependencies, authenticate: RequestHandler): Router => {
  const router = Router({ caseSensitive: true });
  route(router, '/', { post: [authenticate, readText(), bundleRoute(dependencies)] });
  route(router, '/:resourceType', { post: [authenticate, ...createRoute(dependencies)] });
  route(router, '/:resourceType/:id', {
    put: [authenticate, ...updateRoute(dependencies)],
    delete: [authenticate, ...deleteRoute(dependencies)],
  });
  return router;
};
