/** Consent-semantics B10: which codes of clinical code systems make a record sensitive. Each file is replaceable. */
import { isSensitivity } from './sensitivity.ts';
import eth from './value-sets/eth.json' with { type: 'json' };
import hiv from './value-sets/hiv.json' with { type: 'json' };
import psy from './value-sets/psy.json' with { type: 'json' };
import sdv from './value-sets/sdv.json' with { type: 'json' };

/** One file. `families` name all codes that begin with them, as ICD's categories do. */
export type ValueSetFile = {
  /** v3 sensitivity code. */
  readonly label: string;
  /** Who says so, and where it can be read. */
  readonly source: string;
  readonly version: string;
  readonly include: readonly {
    readonly system: string;
    readonly codes?: readonly string[];
    readonly families?: readonly string[];
    /**
     * Ingredients, in lower case. RxNorm has a code for each strength and form of a drug, which a record carries, and names its
     * ingredients in the display.
     */
    readonly displayWords?: readonly string[];
  }[];
};

/** Looks up what a code tells of its patient. */
export type ValueSets = {
  readonly sensitivitiesOf: (system: string, code: string, display?: string) => readonly string[];
};

/**
 * @throws RangeError for a label that is no v3 sensitivity code: what it would mark could not be matched by any rule
 */
export const createValueSets = (files: readonly ValueSetFile[]): ValueSets => {
  const exact = new Map<string, Set<string>>();
  const families = new Map<string, Map<string, Set<string>>>();
  const words = new Map<string, Map<string, Set<string>>>();
  const add = (map: Map<string, Set<string>>, key: string, label: string): void => {
    map.set(key, (map.get(key) ?? new Set()).add(label));
  };
  for (const { label, include } of files) {
    if (!isSensitivity(label)) throw new RangeError('a value set marks with a label that is no v3 sensitivity code');
    for (const { system, codes, families: names, displayWords } of include) {
      for (const code of codes ?? []) add(exact, `${system}|${code}`, label);
      const bySystem = families.get(system) ?? new Map<string, Set<string>>();
      families.set(system, bySystem);
      for (const family of names ?? []) add(bySystem, family, label);
      const inDisplay = words.get(system) ?? new Map<string, Set<string>>();
      words.set(system, inDisplay);
      for (const word of displayWords ?? []) add(inDisplay, word, label);
    }
  }
  return {
    sensitivitiesOf: (system, code, display = '') => {
      const found = new Set(exact.get(`${system}|${code}`));
      for (const [family, labels] of families.get(system) ?? []) {
        if (code.startsWith(family)) for (const label of labels) found.add(label);
      }
      const shown = display.toLowerCase();
      for (const [word, labels] of words.get(system) ?? []) {
        if (shown.includes(word)) for (const label of labels) found.add(label);
      }
      return [...found];
    },
  };
};

/** The first, small set: substance use, HIV, mental health, sexual and domestic violence. */
export const firstValueSets: ValueSets = createValueSets([eth, hiv, psy, sdv]);
