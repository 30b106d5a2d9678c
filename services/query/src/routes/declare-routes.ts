import {
  contextOf,
  FORM_TYPES,
  bodyText,
  negotiate,
  pathParameter,
  principalOf,
  queryOf,
  readText,
  route as declare,
} from '@chartseal/server';
import type { Request, RequestHandler, Response, Router } from 'express';
import type { Execute } from '../interactions/execute.ts';
import type { Handling } from '../paging/page.ts';
import { sendAnswer } from '../send-answer.ts';
import { coseMediaType } from '../release/cose-answer.ts';
import { isName } from './match-route.ts';
import type { ReadRoute, RouteRequest } from './read-route.ts';
import { routeTable } from './route-table.ts';

/** https://hl7.org/fhir/R4/http.html#prefer */
const handlingOf = (req: Request): Handling =>
  /(?:^|[,;\s])handling=lenient(?:$|[,;\s])/.test(req.get('prefer') ?? '') ? 'lenient' : 'strict';

/**
 * FHIR in so many words (R4 binary.html#rest); neither a program's "anything" nor a browser's list, where XML stands for pages.
 */
const acceptsOf = (req: Request, { produces }: ReadRoute): RouteRequest['accepts'] => {
  const format = queryOf(req).get('_format')?.split(';')[0]?.toLowerCase();
  if (format === coseMediaType && produces?.includes(coseMediaType) === true) return 'cose';
  const named =
    queryOf(req).has('_format') ||
    /application\/(?:fhir\+(?:json|xml)|json|vnd\.chartseal\.proof\+json)/i.test(req.get('accept') ?? '');
  if (named) return 'fhir';
  if (/application\/cose\s*(?:[;,]|$)/i.test(req.get('accept') ?? '')) return 'cose';
  return /text\/csv/i.test(req.get('accept') ?? '') ? 'csv' : 'anything';
};

/** Words that begin so are another service's, or nobody's. */
const ours =
  (template: string): RequestHandler =>
  (req, _res, next) => {
    const names = [...template.matchAll(/:(\w+)/g)].map(([, name = '']) => name).filter((name) => name !== 'handle');
    next(names.every((name) => isName(pathParameter(req, name))) ? undefined : 'route');
  };

const acceptable = (route: ReadRoute): RequestHandler => {
  const { produces } = route;
  if (produces !== 'native') return produces === undefined ? negotiate() : negotiate(produces);
  const fhir = negotiate();
  return (req, res, next) => (acceptsOf(req, route) === 'fhir' ? fhir(req, res, next) : next());
};

/** Of a question; the proxy before us holds it in memory. */
const limitBytes = 1024 * 1024;

const bodyOf = ({ body }: ReadRoute): readonly RequestHandler[] => {
  if (body === undefined) return [];
  return [readText({ limitBytes, ...(body === 'form' ? { types: FORM_TYPES } : {}) })];
};

export const declareRoutes = (router: Router, execute: Execute, authenticate: RequestHandler): void => {
  const answer =
    (route: ReadRoute): RequestHandler =>
    async (req: Request, res: Response) => {
      const interaction = route.interactionOf({
        path: (name) => pathParameter(req, name),
        query: [...queryOf(req)],
        body: bodyText(req),
        handling: handlingOf(req),
        accepts: acceptsOf(req, route),
      });
      const { requestId } = contextOf(res);
      sendAnswer(req, res, await execute({ principal: principalOf(res), interaction, requestId }));
    };
  for (const route of routeTable) {
    const { method, template } = route;
    declare(router, template, {
      [method]: [ours(template), authenticate, acceptable(route), ...bodyOf(route), answer(route)],
    });
  }
};
