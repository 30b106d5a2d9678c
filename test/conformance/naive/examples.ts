/** Every official example of a clinical or administrative resource: https://hl7.org/fhir/R4/downloads.html. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Resource } from './resource.ts';

export type Example = { readonly file: string; readonly text: string; readonly resource: Resource };

/** Definitions, and the tests of them; Bundles, which are whole sets of others. */
const leftOut = new Set(
  (
    'CapabilityStatement CodeSystem CompartmentDefinition ConceptMap GraphDefinition ImplementationGuide MessageDefinition NamingSystem ' +
    'OperationDefinition SearchParameter StructureDefinition StructureMap TerminologyCapabilities ValueSet Bundle Parameters'
  ).split(' '),
);

const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));

export const officialExamples = (): readonly Example[] =>
  readdirSync(folder)
    .filter((file) => /^[A-Z]\w+-.*\.json$/.test(file) && !leftOut.has(file.split('-')[0] ?? ''))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return { file, text, resource: JSON.parse(text) as Resource };
    });
