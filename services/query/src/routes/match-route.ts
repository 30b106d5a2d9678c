import { ChartsealError } from '@chartseal/ports';
import type { ReadRoute } from './read-route.ts';
import { routeTable } from './route-table.ts';

export type RouteMatch = { readonly route: ReadRoute; readonly path: (name: string) => string };

/** `segments` decoded, without the base. */
const matched = ({ template }: ReadRoute, segments: readonly string[]): ReadonlyMap<string, string> | undefined => {
  const parts = template.split('/').filter((part) => part !== '');
  if (parts.length !== segments.length) return undefined;
  const found = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && isName(segment)) found.set(part.slice(1), segment);
    else if (part !== segment) return undefined;
  }
  return found;
};

/** What begins like an operation or a special word is none of ours where a type or an id is expected. */
export const isName = (segment: string): boolean => segment !== '' && !/^[$_]/.test(segment);

/** The read that a GET of this path, relative to the base, is; undefined if there is none. */
export const matchRoute = (path: string): RouteMatch | undefined => {
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const route of routeTable) {
    const parameters = route.method === 'get' ? matched(route, segments) : undefined;
    if (parameters !== undefined) return { route, path: (name) => parameters.get(name) ?? noParameter() };
  }
  return undefined;
};

const noParameter = (): never => {
  throw new ChartsealError('internal', 'a route asks for what its template does not have');
};
