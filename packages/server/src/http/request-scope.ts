import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of a request tells, wherever it is written. */
export type RequestScope = { readonly requestId: string };

const scope = new AsyncLocalStorage<RequestScope>();

export const inRequestScope = <T>(of: RequestScope, work: () => T): T => scope.run(of, work);

export const requestScope = (): RequestScope | undefined => scope.getStore();
