import {
  contextOf,
  FORM_TYPES,
  bodyText,
  negotiate,
  pathParameter,
  principalOf,
  queryOf,
  readText,
  route,
} from '@chartseal/server';
import type { Request, RequestHandler, Response, Router } from 'express';
import type { Execute } from './interactions/execute.ts';
import type { Interaction } from './interactions/interaction.ts';
import type { Handling } from './paging/page-request.ts';
import { proofMediaType } from './release/proof-answer.ts';
import { sendAnswer } from './send-answer.ts';

type ReadInteraction = (req: Request) => Interaction;

const parametersOf = (req: Request): readonly (readonly [string, string])[] => [...queryOf(req)];

/** https://hl7.org/fhir/R4/http.html#prefer */
const handlingOf = (req: Request): Handling =>
  /(?:^|[,;\s])handling=lenient(?:$|[,;\s])/.test(req.get('prefer') ?? '') ? 'lenient' : 'strict';

const record = (req: Request): { resourceType: string; id: string } => ({
  resourceType: pathParameter(req, 'resourceType'),
  id: pathParameter(req, 'id'),
});

const search: ReadInteraction = (req) => ({
  kind: 'search-type',
  resourceType: pathParameter(req, 'resourceType'),
  parameters: parametersOf(req),
  handling: handlingOf(req),
});

/** https://hl7.org/fhir/R4/http.html#search: parameters may stand in the URL and in the body. */
const searchByPost: ReadInteraction = (req) => ({
  kind: 'search-type',
  resourceType: pathParameter(req, 'resourceType'),
  parameters: [...parametersOf(req), ...new URLSearchParams(bodyText(req))],
  handling: handlingOf(req),
});

/** The paths of the reading half of `/fhir`, each with what it asks for. */
export const declareRoutes = (router: Router, execute: Execute, authenticate: RequestHandler): void => {
  const answer =
    (interactionOf: ReadInteraction): RequestHandler =>
    async (req: Request, res: Response) => {
      const principal = principalOf(res);
      const { requestId } = contextOf(res);
      sendAnswer(req, res, await execute({ principal, interaction: interactionOf(req), requestId }));
    };
  const get = (template: string, interactionOf: ReadInteraction, accepts: RequestHandler = negotiate()): void =>
    route(router, template, { get: [authenticate, accepts, answer(interactionOf)] });

  get('/$record/:handle', (req) => ({ kind: 'record-by-handle', handle: pathParameter(req, 'handle') }));
  get('/:resourceType', search);
  route(router, '/:resourceType/_search', {
    post: [authenticate, negotiate(), readText({ types: FORM_TYPES }), answer(searchByPost)],
  });
  get('/Patient/:id/$everything', (req) => ({
    kind: 'everything',
    id: pathParameter(req, 'id'),
    parameters: parametersOf(req),
  }));
  get(
    '/:resourceType/:id/$proof',
    (req) => ({ kind: 'proof', ...record(req), parameters: parametersOf(req) }),
    negotiate([proofMediaType, 'application/json']),
  );
  get('/:resourceType/:id/_history', (req) => ({
    kind: 'history-instance',
    ...record(req),
    parameters: parametersOf(req),
  }));
  get('/:resourceType/:id/_history/:version', (req) => ({
    kind: 'vread',
    ...record(req),
    version: pathParameter(req, 'version'),
  }));
  get('/:resourceType/:id', (req) => ({ kind: 'read', ...record(req) }));
};
