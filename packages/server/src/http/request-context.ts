import type { ErrorKind } from '@chartseal/ports';
import type { Response } from 'express';
import type { Principal } from '../auth/principal.ts';

/** What is known of a request while it is served. Lives in `res.locals`, reached through `contextOf` alone. */
export type RequestContext = {
  /** A UUID: a fresh one of ours, or the one that came in `x-request-id`. Anything else under that name is never taken over. */
  readonly requestId: string;
  readonly startedMs: number;
  /** The route's template with its mount before it, the only form of a path that is told. */
  route: string | undefined;
  /** Methods of the routes that match the path. */
  readonly allow: Set<string>;
  principal: Principal | undefined;
  errorKind: ErrorKind | undefined;
};

const KEY = 'chartseal';

export const setContext = (res: Response, context: RequestContext): void => {
  res.locals[KEY] = context;
};

/** @throws Error if the app was not made by `createBase`. */
export const contextOf = (res: Response): RequestContext => {
  const context = res.locals[KEY] as RequestContext | undefined;
  if (context === undefined) throw new Error('no request context: the app must be made by createBase');
  return context;
};
