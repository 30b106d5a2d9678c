/** Profiles (https://hl7.org/fhir/R4/profiling.html), through @medplum/core's validator. */
import {
  loadDataType,
  OperationOutcomeError,
  parseStructureDefinition,
  validateResource,
  type TypedValueWithPath,
} from '@medplum/core';
import { loadDefinitions } from '../definitions/definitions.ts';
import { readDefinitions } from '../definitions/official-files.ts';
import { Terminology, type CodeSystem, type ValueSet } from '../definitions/value-sets.ts';
import type { LevelledIssue } from './policy.ts';
import { codeFault } from './required-binding.ts';
import type { ProfileCheck } from './validate-resource.ts';

type Structure = Parameters<typeof loadDataType>[0];
type Resource = Parameters<typeof validateResource>[0];
type Conformance = Structure | CodeSystem | ValueSet | { readonly resourceType: 'OperationDefinition' };

/** Sentences of the validator that say nothing of the record. */
const harmless =
  /^(Missing required property|Value did not match expected pattern|Invalid number of values: expected .*|Expected (single value|array of values) for property|Incorrect number of values provided for slice .*)$/;
const constraint = /^Constraint (\S+) not met: /;

const issue = (severity: 'error' | 'warning', expression: string, diagnostics: string): LevelledIssue => ({
  severity,
  code: severity === 'error' ? 'invalid' : 'not-found',
  expression,
  diagnostics,
  level: 'profiles',
});

/** Reads R4's own types into the validator, once a process: about 0.6 s and a hundred megabytes, where profiles are configured. */
let hasBaseTypes = false;
const loadBaseTypes = (): void => {
  if (hasBaseTypes) return;
  hasBaseTypes = true;
  for (const file of ['profiles-types', 'profiles-resources'])
    for (const structure of readDefinitions<Conformance>(file))
      if (structure.resourceType === 'StructureDefinition') loadDataType(structure);
};

type Tokens = Record<string, TypedValueWithPath[]>;

class Profiles {
  readonly #byUrl: ReadonlyMap<string, Structure>;
  readonly #terminology: Terminology;

  constructor(resources: readonly Conformance[]) {
    loadBaseTypes();
    const structures = resources.filter((one): one is Structure => one.resourceType === 'StructureDefinition');
    for (const structure of structures) loadDataType(structure);
    this.#byUrl = new Map(structures.map((structure) => [structure.url, structure]));
    const own = resources.filter((one) => one.resourceType === 'CodeSystem' || one.resourceType === 'ValueSet');
    const official = ['valuesets', 'v3-codesystems'].flatMap((file) => readDefinitions<CodeSystem | ValueSet>(file));
    this.#terminology = new Terminology([...official, ...own]);
  }

  check(resource: { readonly resourceType: string }, canonical: string): readonly LevelledIssue[] {
    const profile = this.#byUrl.get(canonical.split('|')[0] ?? '');
    const { resourceType } = resource;
    if (profile === undefined)
      return [issue('warning', `${resourceType}.meta.profile`, 'names a profile that is not known here')];
    if (profile.type !== resourceType)
      return [issue('error', `${resourceType}.meta.profile`, 'names a profile of another type')];
    const tokens = this.#requiredBindings(profile);
    return [...structureIssues(resource, profile, tokens), ...this.#bindingIssues(tokens)];
  }

  /** A place for the codes of each value set that the profile requires and that can be listed. */
  #requiredBindings(profile: Structure): Tokens {
    const elements = Object.values(parseStructureDefinition(profile).elements);
    const required = elements.flatMap(({ binding }) =>
      binding?.strength === 'required' && binding.valueSet !== undefined ? [binding.valueSet] : [],
    );
    const listed = required.filter((url) => this.#terminology.expand(url) !== undefined);
    return Object.fromEntries(listed.map((url): [string, TypedValueWithPath[]] => [url, []]));
  }

  #bindingIssues(tokens: Tokens): readonly LevelledIssue[] {
    return Object.entries(tokens).flatMap(([url, values]) => {
      const codes = this.#terminology.expand(url);
      return values.flatMap(({ type, value, path }) => {
        const fault = codes === undefined ? undefined : codeFault(type, codes, value);
        return fault === undefined ? [] : [issue('error', path.replaceAll('[x]', ''), fault)];
      });
    });
  }
}

/** Broken invariants of R4 itself have been told already. */
const isOfR4 = (key: string): boolean => loadDefinitions().constraints.has(key);

const structureIssues = (
  resource: { readonly resourceType: string },
  profile: Structure,
  tokens: Tokens,
): readonly LevelledIssue[] => {
  try {
    validateResource(resource as Resource, {
      profile,
      collect: { tokens },
      base64BinaryMaxBytes: Number.POSITIVE_INFINITY,
    });
    return [];
  } catch (error) {
    const at = resource.resourceType;
    // Not ours to explain, and its message may quote the record.
    if (!(error instanceof OperationOutcomeError)) return [issue('error', at, 'could not be held against the profile')];
    return error.outcome.issue.flatMap(({ severity, details, expression }) => {
      const text = details?.text ?? '';
      const key = constraint.exec(text)?.[1];
      if (severity !== 'error' || (key !== undefined && isOfR4(key))) return [];
      const place = (expression?.[0] ?? at).replaceAll('[x]', '');
      return [issue('error', place, key !== undefined || harmless.test(text) ? text : 'does not keep the profile')];
    });
  }
};

/**
 * @param resources StructureDefinitions with snapshots, ValueSets and CodeSystems, as FHIR packages hold them; others are passed over
 */
export const createProfileCheck = (resources: readonly object[]): ProfileCheck => {
  const profiles = new Profiles(resources as readonly Conformance[]);
  return (resource, canonicals) => canonicals.flatMap((canonical) => profiles.check(resource, canonical));
};
