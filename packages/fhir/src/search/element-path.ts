/**
 * The FHIRPath that R4's search parameters are mostly made of: an element's path, perhaps with `ofType`, `as` and
 * `where(resolve() is Type)`, joined by `|`. Evaluated directly, for that is some twenty times as fast as a general engine.
 */
import { loadDefinitions } from '../definitions/definitions.ts';

export type TypedValue = { readonly type: string; readonly value: unknown };
export type ElementPath = {
  readonly elements: readonly string[];
  /** Only values of this data type. */
  readonly ofType: string | undefined;
  /** Only references to this resource type. */
  readonly resolvesTo: string | undefined;
};

const pattern =
  /^(?<path>[A-Z]\w*(?:\.\w+)*?)(?:\.ofType\((?<of>\w+)\)|\.as\((?<method>\w+)\)| as (?<as>\w+))?(?:\.where\(resolve\(\) is (?<target>\w+)\))?$/;

const parenthesised = /^\(([^()]*(?:\(\w+\))?)\)(.*)$/;

const parsePath = (text: string): ElementPath | undefined => {
  const [, inner, rest] = parenthesised.exec(text) ?? [];
  const groups = pattern.exec(inner === undefined ? text : inner + (rest ?? ''))?.groups;
  if (groups?.['path'] === undefined) return undefined;
  return {
    elements: groups['path'].split('.'),
    ofType: groups['of'] ?? groups['method'] ?? groups['as'],
    resolvesTo: groups['target'],
  };
};

/** The alternatives that concern the type; undefined if one of them is more than an element's path. */
export const parseElementPaths = (expression: string, resourceType: string): readonly ElementPath[] | undefined => {
  const paths: ElementPath[] = [];
  for (const alternative of expression.split('|').map((text) => text.trim())) {
    if (!new RegExp(`^\\(*(${resourceType}|Resource|DomainResource)\\b`).test(alternative)) continue;
    const path = parsePath(alternative);
    if (path === undefined) return undefined;
    paths.push(path);
  }
  return paths;
};

const step = (values: readonly TypedValue[], element: string): TypedValue[] => {
  const { types } = loadDefinitions();
  const found: TypedValue[] = [];
  for (const { type, value } of values) {
    const schema = types.get(type);
    for (const member of schema?.members.get(element) ?? []) {
      const content = (value as { readonly [member: string]: unknown })[member];
      if (content === undefined || content === null) continue;
      const memberType = schema?.properties.get(member)?.type ?? '';
      for (const item of Array.isArray(content) ? (content as unknown[]) : [content])
        if (item !== null) found.push({ type: memberType, value: item });
    }
  }
  return found;
};

/** The values at the path, `resolvesTo` not applied. */
export const valuesAt = (path: ElementPath, resource: { readonly resourceType: string }): readonly TypedValue[] => {
  let values: TypedValue[] = [{ type: resource.resourceType, value: resource }];
  for (const element of path.elements.slice(1)) values = step(values, element);
  return path.ofType === undefined ? values : values.filter(({ type }) => type === path.ofType);
};
