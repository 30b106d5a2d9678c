/** `target=Patient/1/_history/3`: Provenances about that version, where `target=Patient/1` finds those about any (https://hl7.org/fhir/R4/search.html#versioned-references). */
import { parseJson, parseReference, type JsonValue } from '@chartseal/fhir';
import { isJsonObject } from '../json-object.ts';
import type { SearchScope } from '../interactions/search/search-scope.ts';
import type { Parameters } from '../paging/parameters.ts';
import type { Released } from '../release/released.ts';

const parameter = /^(?:target|patient)(?::[A-Z][A-Za-z]*)?$/;
const version = /\/_history\/[1-9][0-9]{0,8}(?=$|,)/g;

/** Whether a Provenance is about a version that the words name. */
export type NamesVersion = (released: Released) => boolean;

export type TargetVersions = {
  /** The words without the versions, which no index holds. */
  readonly without: Parameters;
  /** What was read of those, with the words as they were written. */
  restored<Words extends { readonly heeded: Parameters }>(words: Words): Words;
  /** Undefined where the words name no version. */
  readonly namesVersion: NamesVersion | undefined;
};

/** Of a search of any other type the words are as they are. */
export const targetVersions = (scope: SearchScope, asked: Parameters, fhirBaseUrl: string): TargetVersions => {
  if (scope.level === 'system' || scope.resourceType !== 'Provenance')
    return { without: asked, restored: (words) => words, namesVersion: undefined };
  return {
    without: asked.map(([name, value]) =>
      parameter.test(name) ? [name, value.replaceAll(version, '')] : [name, value],
    ),
    restored(words) {
      const names = new Set(words.heeded.map(([name]) => name));
      return { ...words, heeded: asked.filter(([name]) => names.has(name)) };
    },
    namesVersion: versionsNamed(asked, fhirBaseUrl),
  };
};

const versionsNamed = (words: Parameters, fhirBaseUrl: string): NamesVersion | undefined => {
  const asked = words.filter(([name, value]) => parameter.test(name) && value.search(version) >= 0);
  if (asked.length === 0) return undefined;
  const conditions = asked.map(([name, value]) => value.split(',').map((one) => namedBy(name, one, fhirBaseUrl)));
  return ({ text }) => {
    const targets = targetsOf(text).map((target) => namedBy('target', target, fhirBaseUrl));
    return conditions.every((anyOf) => anyOf.some((one) => targets.some((target) => isThat(target, one))));
  };
};

type Named = { readonly key: string; readonly version?: string | undefined };

/** A bare id is of whatever type. */
const namedBy = (name: string, text: string, fhirBaseUrl: string): Named => {
  const [, id, ofBare] = /^([A-Za-z0-9.-]{1,64})(?:\/_history\/(\d+))?$/.exec(text) ?? [];
  const type = name.startsWith('patient') ? 'Patient' : name.split(':')[1];
  if (id !== undefined) return { key: `${type ?? ''}/${id}`, version: ofBare };
  const parsed = parseReference(text, fhirBaseUrl);
  return parsed.kind === 'relative' || parsed.kind === 'local-absolute'
    ? { key: `${parsed.type}/${parsed.id}`, version: parsed.version }
    : { key: text };
};

const isThat = (target: Named, { key, version: asked }: Named): boolean =>
  (key.startsWith('/') ? target.key.endsWith(key) : target.key === key) &&
  (asked === undefined || target.version === asked);

const targetsOf = (text: string): readonly string[] => {
  const { value } = parseJson(text);
  const targets: JsonValue = isJsonObject(value) ? (value['target'] ?? null) : null;
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target) =>
    isJsonObject(target) && typeof target['reference'] === 'string' ? [target['reference']] : [],
  );
};
