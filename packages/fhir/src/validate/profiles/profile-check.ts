/** Declared profiles, https://hl7.org/fhir/R4/resource.html#Meta, of FHIR packages: https://hl7.org/fhir/packages.html */
import type { Resource } from '../evaluate-invariant.ts';
import { maxIssues, type LevelledIssue } from '../policy.ts';
import { coreType } from './element-rules.ts';
import { KnownProfiles } from './known-profiles.ts';
import { isResource, ProfileChecker } from './profile-checker.ts';
import { isObject } from '../../json/is-object.ts';
import { rootItem } from './profile-items.ts';

/**
 * Holds a resource, and those within it, against the profiles that they declare, and the resource against those that are named beside it.
 * What is declared and not known here is a doubt; what is named and not known is an error: the question has no answer.
 */
export type ProfileCheck = (
  resource: { readonly resourceType: string },
  named: readonly string[],
) => readonly LevelledIssue[];

type Place = { readonly resource: Resource; readonly root: Resource; readonly at: string };

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The resource, contained ones, those in entries of Bundles and in Parameters. */
function* resourcesIn({ resource, root, at }: Place): Generator<Place> {
  yield { resource, root, at };
  for (const [index, inner] of list(resource['contained']).entries())
    if (isResource(inner)) yield* resourcesIn({ resource: inner, root, at: `${at}.contained[${index}]` });
  for (const member of ['entry', 'parameter'])
    for (const [index, holder] of list(resource[member]).entries()) {
      const inner = isObject(holder) ? holder['resource'] : undefined;
      if (isResource(inner))
        yield* resourcesIn({ resource: inner, root: inner, at: `${at}.${member}[${index}].resource` });
    }
}

/** Each canonical once, with its first place. */
const declaredBy = ({ meta }: Resource): ReadonlyMap<string, number> => {
  const places = new Map<string, number>();
  for (const [place, one] of list(isObject(meta) ? meta['profile'] : undefined).entries())
    if (typeof one === 'string' && !places.has(one)) places.set(one, place);
  return places;
};

type Asked = { readonly canonical: string; readonly expression: string; readonly unknown: 'error' | 'warning' };

const against = (known: KnownProfiles, { resource, root, at }: Place, asked: Asked): readonly LevelledIssue[] => {
  const { canonical, expression, unknown } = asked;
  const type = known.typeOf(canonical);
  const issue = { expression, level: 'profiles' } as const;
  if (type === undefined)
    return [{ ...issue, severity: unknown, code: 'not-found', diagnostics: 'names a profile that is not known here' }];
  const isGeneral = coreType(canonical) === 'Resource' || coreType(canonical) === 'DomainResource';
  if (type !== resource.resourceType && !isGeneral)
    return [{ ...issue, severity: 'error', code: 'value', diagnostics: 'names a profile of another type' }];
  const profile = known.find(canonical);
  if (profile === undefined) return [];
  const checker = new ProfileChecker(known, { resource, root });
  checker.check(profile, rootItem(resource, at));
  return checker.issues;
};

/** Each is a walk through the resource. */
const maxDeclared = 20;

const tooMany = (expression: string): LevelledIssue => ({
  severity: 'error',
  code: 'too-costly',
  expression,
  diagnostics: `names more than ${maxDeclared} profiles`,
  level: 'profiles',
});

/**
 * @param resources StructureDefinitions (with snapshots, or with what they are derived from), ValueSets and CodeSystems, as FHIR packages
 * hold them; others are passed over
 */
export const createProfileCheck = (resources: readonly object[]): ProfileCheck => {
  const known = new KnownProfiles(resources);
  return (value, named) => {
    const resource: Resource = { ...value };
    const at = resource.resourceType;
    const asked = named.map((canonical): Asked => ({ canonical, expression: at, unknown: 'error' }));
    const place = { resource, root: resource, at };
    const issues = asked
      .flatMap((one) => against(known, place, one))
      .map((one) => ({ ...one, level: 'asked' as const }));
    const ofDeclared = declaredIssues(known, place, new Set(named));
    return [...issues, ...(['error', 'warning'] as const).flatMap((severity) => firstOf(ofDeclared, severity))];
  };
};

const firstOf = (issues: readonly LevelledIssue[], severity: LevelledIssue['severity']): readonly LevelledIssue[] =>
  issues.filter((one) => one.severity === severity).slice(0, maxIssues);

const declaredIssues = (known: KnownProfiles, whole: Place, named: ReadonlySet<string>): readonly LevelledIssue[] =>
  [...resourcesIn(whole)].flatMap((place) => {
    const declared = [...declaredBy(place.resource)].filter(([one]) => place !== whole || !named.has(one));
    const walked = declared.filter(([canonical]) => known.find(canonical) !== undefined);
    const expression = `${place.at}.meta.profile`;
    if (walked.length > maxDeclared) return [tooMany(expression)];
    return declared.flatMap(([canonical, index]) =>
      against(known, place, { canonical, expression: `${expression}[${index}]`, unknown: 'warning' }),
    );
  });
