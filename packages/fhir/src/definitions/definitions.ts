/** The official R4 4.0.1 definitions in their compact form. The one I/O of this package is reading them. */
import { readFileSync } from 'node:fs';
import type { CompactDefinitions } from './compact-form.ts';
import { readType, SharedParts, type TypeSchema } from './schema.ts';

export const compactFile = new URL('r4-definitions.json', import.meta.url);

export type Definitions = {
  readonly types: { readonly get: (name: string) => TypeSchema | undefined };
  readonly searchParameters: CompactDefinitions['searchParameters'];
  /** `key expression` of each of R4's invariants. */
  readonly constraints: ReadonlySet<string>;
};

const load = (): Definitions => {
  const compact = JSON.parse(readFileSync(compactFile, 'utf8')) as CompactDefinitions;
  const byName = new Map(compact.types.map((type) => [type[0], type]));
  const shared = new SharedParts(compact);
  const read = new Map<string, TypeSchema>();
  // Most hospitals use a few of the types: each is unfolded when it is first met.
  const get = (name: string): TypeSchema | undefined => {
    const known = read.get(name);
    const type = known === undefined ? byName.get(name) : undefined;
    if (type === undefined) return known;
    const schema = readType(type, shared);
    read.set(name, schema);
    return schema;
  };
  const constraints = new Set(compact.constraints.map(([key, expression]) => `${key} ${expression}`));
  return { types: { get }, searchParameters: compact.searchParameters, constraints };
};

let loaded: Definitions | undefined;

/**
 * Reads the definitions, once a process. Whoever needs them calls it, so calling it first, before a server listens, is only a matter of
 * timing.
 */
export const loadDefinitions = (): Definitions => {
  loaded ??= load();
  return loaded;
};
