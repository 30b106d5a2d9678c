/** The profiles and code lists of the FHIR packages that are configured. */
import { readDefinitions } from '../../definitions/official-files.ts';
import { Terminology, type CodeSet, type CodeSystem, type ValueSet } from '../../definitions/value-sets.ts';
import { coreType, withoutVersion, type StructureDefinition } from './element-rules.ts';
import { readProfile, type Profile, type ProfileNode } from './profile-tree.ts';

type Conformance = StructureDefinition | CodeSystem | ValueSet | { readonly resourceType: 'OperationDefinition' };

const requiredValueSets = (node: ProfileNode): readonly string[] => [
  ...(node.rules?.valueSet === undefined ? [] : [node.rules.valueSet]),
  ...[...node.children.values(), ...node.slices.values()].flatMap(requiredValueSets),
];

/** The official ones are large: they are read once, for what the profiles ask of them, and let go. */
const expandAll = (
  valueSets: readonly string[],
  own: readonly (CodeSystem | ValueSet)[],
): ReadonlyMap<string, CodeSet> => {
  if (valueSets.length === 0) return new Map();
  const official = ['valuesets', 'v3-codesystems'].flatMap((file) => readDefinitions<CodeSystem | ValueSet>(file));
  const terminology = new Terminology([...official, ...own]);
  return new Map(
    valueSets.flatMap((url) => {
      const codes = terminology.expand(url);
      return codes === undefined ? [] : [[url, codes] as const];
    }),
  );
};

export class KnownProfiles {
  readonly #byUrl: ReadonlyMap<string, readonly Profile[]>;
  readonly #codes: ReadonlyMap<string, CodeSet>;

  constructor(resources: readonly object[]) {
    const all = resources as readonly Conformance[];
    const profiles = all.flatMap((one) => {
      // What is no definition of anything is passed over, as are other resources.
      const isProfile =
        one.resourceType === 'StructureDefinition' && [one.url, one.type].every((text) => typeof text === 'string');
      const profile = isProfile ? readProfile(one) : undefined;
      return profile === undefined || coreType(profile.url) !== undefined ? [] : [profile];
    });
    this.#byUrl = Map.groupBy(profiles, ({ url }) => url);
    const own = all.filter((one) => one.resourceType === 'CodeSystem' || one.resourceType === 'ValueSet');
    this.#codes = expandAll([...new Set(profiles.flatMap(({ root }) => requiredValueSets(root)))], own);
  }

  /** A canonical that names a version means no other (https://hl7.org/fhir/R4/references.html#canonical). */
  find(canonical: string): Profile | undefined {
    const [url = '', version] = canonical.split('|');
    return this.#byUrl
      .get(url)
      ?.findLast((one) => version === undefined || one.version === undefined || one.version === version);
  }

  /** The resource or data type that a profile, or a definition of R4 itself, is of. */
  typeOf(canonical: string): string | undefined {
    return this.find(canonical)?.type ?? coreType(canonical);
  }

  /** Undefined where the codes cannot be listed. */
  codesOf(valueSet: string): CodeSet | undefined {
    return this.#codes.get(withoutVersion(valueSet));
  }
}
