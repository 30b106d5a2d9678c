import { route } from '@chartseal/server';
import { Router } from 'express';
import type { RequestHandler } from 'express';
import type { RouteDependencies } from './dependencies.ts';
import { bundleRoute } from './routes/bundle.ts';
import { createRoute } from './routes/create.ts';
import { conditionalDeleteRoute, deleteRoute } from './routes/delete.ts';
import { conditionalPatchRoute, patchRoute } from './routes/patch.ts';
import { eraseRoute } from './routes/erase.ts';
import { metaRoute } from './routes/meta.ts';
import { ingestRoutes } from './routes/table.ts';
import { conditionalUpdateRoute, updateRoute } from './routes/update.ts';
import { validateRoute } from './routes/validate.ts';

type Offered = (typeof ingestRoutes)[number];
type Name =
  | Extract<Offered, { kind: 'interaction' }>['interaction']
  | Extract<Offered, { kind: 'operation' }>['operation'];

const handlers: Readonly<Record<Name, (dependencies: RouteDependencies) => readonly RequestHandler[]>> = {
  'batch and transaction': bundleRoute,
  create: createRoute,
  update: updateRoute,
  patch: patchRoute,
  delete: deleteRoute,
  'conditional update': conditionalUpdateRoute,
  'conditional patch': conditionalPatchRoute,
  'conditional delete': conditionalDeleteRoute,
  validate: validateRoute,
  'meta-add': metaRoute('meta-add'),
  'meta-delete': metaRoute('meta-delete'),
  erase: eraseRoute,
};

/** Before a byte of a body is read. */
const standing =
  (dependencies: RouteDependencies): RequestHandler =>
  (_req, _res, next) => {
    dependencies.standing.require();
    next();
  };

/**
 * The writing half of `/fhir`. `authenticate` comes first, and with it the refusal of another organisation's writes: bodies of
 * strangers are not even read.
 */
export const createIngestRouter = (dependencies: RouteDependencies, authenticate: RequestHandler): Router => {
  const router = Router({ caseSensitive: true });
  for (const offered of ingestRoutes) {
    const name: Name = offered.kind === 'interaction' ? offered.interaction : offered.operation;
    const first = name === 'validate' ? [authenticate] : [authenticate, standing(dependencies)];
    route(router, offered.template, { [offered.method]: [...first, ...handlers[name](dependencies)] });
  }
  return router;
};
