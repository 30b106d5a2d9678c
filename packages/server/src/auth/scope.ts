import { isResourceType } from '@chartseal/fhir';

/** https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html: create, read, update, delete, search. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';

/** A SMART v2 system scope, `system/Observation.rs`; or `chartseal/erase`, whose type is `$erase`: no wildcard covers it. */
export type Scope = { readonly resourceType: string; readonly permissions: string };

/** Permissions stand in this order, and each once. */
const SYSTEM_SCOPE = /^system\/(\*|[A-Z][A-Za-z]{0,63})\.(?=[cruds])(c?r?u?d?s?)$/;

/** Who may destroy what was recorded (`$erase`): a role of its own, beside everything that FHIR scopes can say. */
export const ERASURE_SCOPE = 'chartseal/erase';
const erasure: Scope = { resourceType: '$erase', permissions: 'd' };

/** Undefined for all that is neither that nor a v2 system scope of a type that R4 has. One with a query (`?category=…`) is refused too: it would not be enforced. */
export const parseScope = (text: string): Scope | undefined => {
  if (text === ERASURE_SCOPE) return erasure;
  const [, resourceType, permissions] = SYSTEM_SCOPE.exec(text) ?? [];
  if (resourceType === undefined || permissions === undefined) return undefined;
  return resourceType === '*' || isResourceType(resourceType) ? { resourceType, permissions } : undefined;
};

/** Scopes separated by blanks. Undefined if any cannot be read, or there is none. */
export const parseScopes = (text: string): readonly Scope[] | undefined => {
  const scopes = [...new Set(text.split(' ').filter((part) => part !== ''))].map(parseScope);
  const read = scopes.filter((scope) => scope !== undefined);
  return read.length === 0 || read.length < scopes.length ? undefined : read;
};

export const formatScope = ({ resourceType, permissions }: Scope): string =>
  resourceType === erasure.resourceType ? ERASURE_SCOPE : `system/${resourceType}.${permissions}`;

/** Whether one of the scopes lets that be done to that type. Type `*` is asked for by what touches every type. */
export const permits = (scopes: readonly Scope[], resourceType: string, permission: Permission): boolean =>
  scopes.some(
    (scope) =>
      (scope.resourceType === resourceType || (scope.resourceType === '*' && resourceType !== erasure.resourceType)) &&
      scope.permissions.includes(permission),
  );

/** Whether they let a record be erased. */
export const permitsErasure = (scopes: readonly Scope[]): boolean => permits(scopes, erasure.resourceType, 'd');

/** Whether everything that `asked` lets be done is allowed. */
export const covers = (allowed: readonly Scope[], asked: Scope): boolean =>
  asked.permissions.split('').every((permission) => permits(allowed, asked.resourceType, permission as Permission));

/** All that another organisation can be granted (DESIGN.md §6). */
export const OTHER_ORGANIZATION_SCOPE = 'system/*.rs';
