import { loadDefinitions } from './definitions.ts';

/** Names of elements as in FHIRPath: `value` for `valueQuantity`. */
export type MarkedElements = { readonly summary: ReadonlySet<string>; readonly modifier: ReadonlySet<string> };

/**
 * Which elements the StructureDefinitions mark for summaries, and which change meaning (https://hl7.org/fhir/R4/search.html#summary). Of a
 * resource or data type, or a nested element by the name of its TypeSchema; undefined for a type that R4 does not have.
 */
export const markedElements = (type: string): MarkedElements | undefined => loadDefinitions().types.get(type)?.marked;
