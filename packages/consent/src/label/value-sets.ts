/** Consent-semantics B10: which codes of clinical code systems make a record sensitive. Each file is replaceable. */
import { readValueSet, type ValueSetFile } from './read-value-set.ts';
import eth from './value-sets/eth.json' with { type: 'json' };
import hiv from './value-sets/hiv.json' with { type: 'json' };
import psy from './value-sets/psy.json' with { type: 'json' };
import sdv from './value-sets/sdv.json' with { type: 'json' };

/** Looks up what a code tells of its patient. */
export type ValueSets = {
  readonly sensitivitiesOf: (system: string, code: string, display?: string) => readonly string[];
};

/** What one code system's codes say. */
type SystemLabels = {
  readonly codes: Map<string, Set<string>>;
  readonly families: Map<string, Set<string>>;
  readonly displayWords: Map<string, Set<string>>;
};

const add = (map: Map<string, Set<string>>, key: string, label: string): void => {
  map.set(key, (map.get(key) ?? new Set()).add(label));
};

/** ICD codes are written with and without their dot, and in either case: the same code. */
const spelling = (system: string, code: string): string =>
  system.startsWith('http://hl7.org/fhir/sid/icd-') ? code.replace('.', '').toUpperCase() : code;

/** Several files may have one label: their codes are united. */
export const createValueSets = (files: readonly ValueSetFile[]): ValueSets => {
  const bySystem = new Map<string, SystemLabels>();
  for (const { label, include } of files) {
    for (const { system, codes = [], families = [], displayWords = [] } of include) {
      const found = bySystem.get(system) ?? { codes: new Map(), families: new Map(), displayWords: new Map() };
      bySystem.set(system, found);
      for (const code of codes) add(found.codes, spelling(system, code), label);
      for (const family of families) add(found.families, spelling(system, family), label);
      for (const word of displayWords) add(found.displayWords, word.toLowerCase(), label);
    }
  }
  return {
    sensitivitiesOf: (system, code, display = '') => {
      const labels = bySystem.get(system);
      if (labels === undefined) return [];
      const written = spelling(system, code);
      const found = new Set(labels.codes.get(written));
      for (const [family, named] of labels.families)
        if (written.startsWith(family)) for (const label of named) found.add(label);
      const shown = labels.displayWords.size === 0 ? '' : display.toLowerCase();
      for (const [word, named] of labels.displayWords)
        if (shown.includes(word)) for (const label of named) found.add(label);
      return [...found];
    },
  };
};

/** The value sets that come with this release: substance use, HIV, mental health, sexual and domestic violence. */
export const builtInFiles: readonly ValueSetFile[] = [eth, hiv, psy, sdv].map(readValueSet);

export const builtInValueSets: ValueSets = createValueSets(builtInFiles);
