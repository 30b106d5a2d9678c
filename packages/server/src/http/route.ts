import { ChartsealError } from '@chartseal/ports';
import type { Request, RequestHandler, Router } from 'express';
import { contextOf } from './request-context.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];
export type Routes = Partial<Record<Method, RequestHandler | readonly RequestHandler[]>>;

const allowed = (methods: readonly Method[]): string[] =>
  methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));

/** Where the router is mounted, as the path has it. Mounts are plain words: what is none cannot be told from a parameter. */
const mountOf = ({ baseUrl }: Request): string => (/^(\/[a-z]+)*$/.test(baseUrl) ? baseUrl : '');

/** No type or id begins so: what it names, another template offers, or nobody. */
const namesOperation = ({ params }: Request): boolean =>
  Object.values(params).some((value) => typeof value === 'string' && value.startsWith('$'));

/**
 * Declares what a path template offers. Remembers the template for the log and the methods for a 405, which is only
 * answered after all routers were asked: reads and writes of one path may come from different services.
 */
export const route = (router: Router, template: string, routes: Routes): void => {
  const methods = METHODS.filter((method) => routes[method] !== undefined);
  router.all(template, (req, res, next) => {
    if (namesOperation(req)) {
      next();
      return;
    }
    const context = contextOf(res);
    context.route = `${mountOf(req)}${template === '/' ? '' : template}` || '/';
    for (const method of allowed(methods)) context.allow.add(method);
    next();
  });
  for (const method of methods) router[method](template, ...[routes[method] ?? []].flat());
};

/** A parameter of the route's template. Untrusted: any decoded text without a slash. */
export const pathParameter = (req: Request, name: string): string => {
  const value: unknown = req.params[name];
  if (typeof value !== 'string') throw new ChartsealError('not-found', 'there is nothing at this address');
  return value;
};

/** The query as sent, repeats and order kept. Untrusted. */
export const queryOf = (req: Request): URLSearchParams => {
  const start = req.originalUrl.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : req.originalUrl.slice(start + 1));
};
