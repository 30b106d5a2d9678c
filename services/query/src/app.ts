import { route } from '@chartseal/server';
import { Router, type RequestHandler } from 'express';
import { createGatekeeper } from './decide/gatekeeper.ts';
import type { QueryDependencies } from './dependencies.ts';
import { capabilityStatement } from './interactions/capabilities.ts';
import { createExecute, type Execute } from './interactions/execute.ts';
import type { Offered } from './interactions/offered.ts';
import { declareRoutes } from './routes/declare-routes.ts';
import { routeTable } from './routes/route-table.ts';
import { sendAnswer } from './send-answer.ts';

/** The reads of one process: its router and its batch entries share one gatekeeper and its cache. */
export const createReads = (deps: QueryDependencies): Execute => createExecute(deps, createGatekeeper(deps));

export type QueryRouterOptions = QueryDependencies & {
  /** Puts the principal into the request's context; see `authenticate` of packages/server. */
  readonly authenticate: RequestHandler;
  /** From `createReads`, where batch entries go the same way. */
  readonly execute?: Execute;
  /** What other services offer at the same base, for the CapabilityStatement. */
  readonly offeredBeside?: Offered;
};

/** The reading half of `/fhir`, to be mounted there. */
export const createQueryRouter = (options: QueryRouterOptions): Router => {
  const router = Router({ caseSensitive: true });
  const statement = capabilityStatement(options, routeTable, options.offeredBeside);
  route(router, '/metadata', { get: (req, res) => sendAnswer(req, res, statement) });
  declareRoutes(router, options.execute ?? createReads(options), options.authenticate);
  return router;
};
