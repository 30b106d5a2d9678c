/** Holds a value against a profile: https://hl7.org/fhir/R4/profiling.html */
import { evaluateInvariant, type Around, type Resource } from '../evaluate-invariant.ts';
import type { IssueType } from '../../outcome/operation-outcome.ts';
import type { CodeSet } from '../../definitions/value-sets.ts';
import { maxIssues, type LevelledIssue } from '../policy.ts';
import { codeFault } from '../required-binding.ts';
import type { ElementRules } from './element-rules.ts';
import { equalsFixed, includesPattern } from './includes-pattern.ts';
import type { KnownProfiles } from './known-profiles.ts';
import { isObject } from '../../json/is-object.ts';
import { childItems, referredType, type Item } from './profile-items.ts';
import { referredNode, type Profile, type ProfileNode } from './profile-tree.ts';
import { SliceMatcher } from './slice-match.ts';

/** Elements looked at for one resource, those of alternatives too: profiles that ask for each other could go on without end. */
const maxVisits = 1_000_000;

type Visits = { count: number };

export class ProfileChecker {
  readonly issues: LevelledIssue[] = [];
  readonly #profiles: KnownProfiles;
  readonly #visits: Visits;
  #around: Around;
  readonly #matcher: SliceMatcher;

  constructor(profiles: KnownProfiles, around: Around, visits: Visits = { count: 0 }) {
    this.#profiles = profiles;
    this.#around = around;
    this.#visits = visits;
    this.#matcher = new SliceMatcher(profiles, (profile, item) => this.#conforms(profile, item));
  }

  check(profile: Profile, item: Item): void {
    const base = profile.base === undefined ? undefined : this.#profiles.find(profile.base);
    if (base !== undefined && base !== profile) this.check(base, item);
    this.#node(profile.root, item, profile);
  }

  #conforms(profile: Profile, item: Item): boolean {
    const within = new ProfileChecker(this.#profiles, this.#around, this.#visits);
    within.check(profile, item);
    return within.issues.every(({ severity }) => severity !== 'error');
  }

  #node(node: ProfileNode, item: Item, profile: Profile): void {
    this.#visits.count += 1;
    if (this.#visits.count === maxVisits)
      this.#report('too-costly', item.at, 'has too much to be held against the profile');
    if (this.#visits.count >= maxVisits || this.issues.length >= maxIssues) return;
    const outer = this.#around;
    if (item.property?.kind === 'resource') this.#around = innerAround(outer, item);
    if (node.rules !== undefined) this.#own(node.rules, item);
    const referred = node.rules?.contentReference;
    const content = referred === undefined ? node : (referredNode(profile.root, referred) ?? node);
    for (const child of content.children.values()) this.#child(child, item, profile);
    this.#around = outer;
  }

  #own(rules: ElementRules, item: Item): void {
    const { value, at } = item;
    if (rules.fixed !== undefined && value !== undefined && !equalsFixed(value, rules.fixed))
      this.#report('value', at, 'is not the value that the profile fixes');
    if (rules.pattern !== undefined && value !== undefined && !includesPattern(value, rules.pattern))
      this.#report('value', at, 'lacks what the profile wants of it');
    this.#binding(rules, item);
    this.#targets(rules, item);
    this.#typeProfiles(rules, item);
    for (const constraint of rules.constraints) this.#constraint(constraint, item);
  }

  #binding({ valueSet }: ElementRules, { value, type, at, property }: Item): void {
    const codes = valueSet === undefined || value === undefined ? undefined : this.#profiles.codesOf(valueSet);
    const fault = codes && codeFault(type, codes, value);
    // R4's own have been looked at.
    if (fault !== undefined && !isSame(codes, property?.codes)) this.#report('code-invalid', at, fault);
  }

  #targets({ types }: ElementRules, item: Item): void {
    const referred = item.type === 'Reference' ? referredType(item) : undefined;
    if (referred === undefined) return;
    const wanted = types.flatMap(({ code, targetProfile = [] }) => (code === 'Reference' ? targetProfile : []));
    const allowed = new Set(wanted.map((url) => this.#profiles.typeOf(url)));
    const isOpen = wanted.length === 0 || allowed.has(undefined) || allowed.has('Resource');
    if (!isOpen && !allowed.has(referred))
      this.#report('value', `${item.at}.reference`, 'points to a type that the profile does not allow');
  }

  /** One of the profiles of its type must be kept, if all are known here. */
  #typeProfiles({ types }: ElementRules, item: Item): void {
    const wanted = types.flatMap(({ code, profile = [] }) => (code === item.type || types.length === 1 ? profile : []));
    const known = wanted.flatMap((canonical) => this.#profiles.find(canonical) ?? []);
    const [only] = known;
    if (only === undefined || known.length < wanted.length || item.value === undefined) return;
    if (known.length === 1) this.check(only, item);
    else if (!known.some((profile) => this.#conforms(profile, item)))
      this.#report('value', item.at, 'keeps none of the profiles that it may have');
  }

  #constraint(constraint: ElementRules['constraints'][number], { value, type, at }: Item): void {
    if (value === undefined) return;
    const verdict = evaluateInvariant(constraint, { type, value }, this.#around);
    if (verdict === 'broken')
      this.#report('invariant', at, `Constraint ${constraint.key} not met: ${constraint.sentence}`);
    // An engine that cannot evaluate it says nothing of the record.
    if (verdict === 'unknown')
      this.#report('not-supported', at, `Constraint ${constraint.key} could not be evaluated`, 'warning');
  }

  #child(child: ProfileNode, holder: Item, profile: Profile): void {
    const items = childItems(holder, child);
    if (items === undefined) return;
    const at = `${holder.at}.${child.name}`;
    if (child.rules !== undefined) this.#count(child.rules, items.length, at);
    for (const item of items) {
      if (!hasAllowedType(child, item))
        this.#report('structure', item.at, 'has a type that the profile does not allow');
      this.#node(child, item, profile);
    }
    if (child.slices.size > 0) this.#slices(child, items, at, profile);
  }

  #count({ min, max }: Pick<ElementRules, 'min' | 'max'>, count: number, at: string, of = ''): void {
    if (count < min) this.#report('required', at, `needs at least ${min}${of}`);
    if (count > max)
      this.#report('structure', at, max === 0 ? `is not allowed by the profile${of}` : `takes at most ${max}${of}`);
  }

  #slices(sliced: ProfileNode, items: readonly Item[], at: string, profile: Profile): void {
    const slicing = sliced.rules?.slicing;
    const counts = new Map<string, number>();
    const undecided = new Set<string>();
    const order: number[] = [];
    const names = [...sliced.slices.keys()];
    for (const item of items) {
      const verdicts = [...sliced.slices.values()].map((slice) => this.#matcher.matches(slice, slicing, item));
      const place = verdicts.indexOf('yes');
      const name = names[place];
      const slice = name === undefined ? undefined : sliced.slices.get(name);
      if (name !== undefined && slice !== undefined) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        this.#node(slice, item, profile);
        order.push(place);
      } else if (verdicts.includes('unknown'))
        names.forEach((each, index) => verdicts[index] === 'unknown' && undecided.add(each));
      else if (slicing?.rules === 'closed') this.#report('structure', item.at, 'is of no slice of the profile');
      else order.push(names.length);
    }
    for (const [name, { rules }] of sliced.slices)
      if (rules !== undefined && !undecided.has(name))
        this.#count(rules, counts.get(name) ?? 0, at, ` of slice ${name}`);
    const inOrder = order.every((place, index) => index === 0 || place >= (order[index - 1] ?? 0));
    if (slicing?.ordered === true && !inOrder)
      this.#report('structure', at, 'has slices in another order than the profile wants');
  }

  #report(code: IssueType, expression: string, diagnostics: string, severity: 'error' | 'warning' = 'error'): void {
    if (this.issues.filter((one) => one.severity === severity).length >= maxIssues) return;
    if (this.issues.some((one) => one.expression === expression && one.diagnostics === diagnostics)) return;
    this.issues.push({ severity, code, expression, diagnostics, level: 'profiles' });
  }
}

const isSame = (codes: CodeSet | undefined, others: CodeSet | undefined): boolean =>
  codes?.tokens.size === others?.tokens.size && [...(codes?.tokens ?? [])].every((token) => others?.tokens.has(token));

/** R4 references.html#contained: an entry of a Bundle is a root of its own. */
const innerAround = ({ root }: Around, { value, property }: Item): Around => {
  const resource = value as Resource;
  return { resource, root: property?.element === 'contained' ? root : resource };
};

const hasAllowedType = ({ isChoice, rules }: ProfileNode, { type, property }: Item): boolean => {
  const codes = (rules?.types ?? []).map(({ code }) => code);
  if (codes.length === 0 || (!isChoice && property?.kind !== 'resource')) return true;
  return codes.includes(type) || codes.includes('Resource') || codes.includes('DomainResource');
};

export const isResource = (value: unknown): value is Resource =>
  isObject(value) && typeof value['resourceType'] === 'string';
