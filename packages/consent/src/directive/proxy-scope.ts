/** What a proxy may do in the patient's place. Keys, proxies and the lifting of a freeze are the patient's own. */
import { DirectiveError } from './directive-error.ts';
import type { JsonObject } from './jws.ts';

const scopes = ['freeze', 'grant', 'read', 'revoke'] as const;
export type ProxyScope = (typeof scopes)[number];

/** Which part of a scope an operation needs; none lets a proxy do any other. */
export const scopeFor: Readonly<Record<string, ProxyScope | undefined>> = {
  put: 'grant',
  revoke: 'revoke',
  freeze: 'freeze',
};

/** @throws DirectiveError `payload` unless each is known and stands once, in the order of the alphabet */
export const proxyScope = ({ scope }: JsonObject): readonly ProxyScope[] => {
  const given: readonly unknown[] = Array.isArray(scope) ? scope : [];
  const read = scopes.filter((each) => given.includes(each));
  const isExact = read.length === given.length && read.every((each, at) => each === given[at]);
  if (read.length === 0 || !isExact) throw new DirectiveError('payload', 'scope has a wrong form');
  return read;
};
