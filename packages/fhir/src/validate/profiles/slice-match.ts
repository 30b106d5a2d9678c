/** Which slice a value belongs to: https://hl7.org/fhir/R4/profiling.html#discriminator */
import { codeFault } from '../required-binding.ts';
import type { ElementType, Slicing } from './element-rules.ts';
import { equalsFixed, includesPattern } from './includes-pattern.ts';
import type { KnownProfiles } from './known-profiles.ts';
import { isObject } from '../../json/is-object.ts';
import { childItems, referredType, type Item } from './profile-items.ts';
import type { Profile, ProfileNode } from './profile-tree.ts';

/** `unknown`: what would tell is not here. Such a value is neither counted nor refused. */
export type Verdict = 'yes' | 'no' | 'unknown';

const all = (verdicts: readonly Verdict[]): Verdict => {
  if (verdicts.includes('no')) return 'no';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'yes';
};

const some = (verdicts: readonly Verdict[]): Verdict => {
  if (verdicts.includes('yes')) return 'yes';
  return verdicts.includes('unknown') ? 'unknown' : 'no';
};

const verdictOf = (holds: boolean): Verdict => (holds ? 'yes' : 'no');

type Place = { readonly nodes: readonly ProfileNode[]; readonly items: readonly Item[] | undefined };

/** Extensions are sliced by their URL even where nothing says so; choices by their type. */
const discriminatorsOf = (slicing: Slicing | undefined, { name, isChoice }: ProfileNode): Slicing['discriminator'] => {
  if (slicing?.discriminator !== undefined) return slicing.discriminator;
  if (isChoice) return [{ type: 'type', path: '$this' }];
  return name === 'extension' || name === 'modifierExtension' ? [{ type: 'value', path: 'url' }] : [];
};

/** Steps of the restricted FHIRPath of discriminators; a URL within has dots of its own. */
const stepsOf = (path: string): readonly string[] => path.match(/[^.('"]+(\((['"]?)[^'")]*\2\))?/g) ?? [];

export class SliceMatcher {
  readonly #profiles: KnownProfiles;
  readonly #conforms: (profile: Profile, item: Item) => boolean;

  constructor(profiles: KnownProfiles, conforms: (profile: Profile, item: Item) => boolean) {
    this.#profiles = profiles;
    this.#conforms = conforms;
  }

  matches(slice: ProfileNode, slicing: Slicing | undefined, item: Item): Verdict {
    const discriminators = discriminatorsOf(slicing, slice) ?? [];
    return all(discriminators.map(({ type, path }) => this.#discriminated(slice, item, type, path)));
  }

  #discriminated(slice: ProfileNode, item: Item, type: string, path: string): Verdict {
    let place: Place = { nodes: [slice], items: [item] };
    for (const step of stepsOf(path)) place = this.#step(place, step);
    const { nodes, items } = place;
    if (type === 'exists') return this.#exists(nodes, items);
    if (items === undefined || nodes.length === 0) return 'unknown';
    const telling = type === 'value' || type === 'pattern' ? nodes.filter(isTelling) : [];
    const asked = telling.length === 0 ? nodes : telling;
    return some(items.flatMap((one) => asked.map((node) => this.#told(type, node, one))));
  }

  #exists(nodes: readonly ProfileNode[], items: Place['items']): Verdict {
    const [rules] = nodes.flatMap((node) => node.rules ?? []);
    if (rules === undefined || items === undefined) return 'unknown';
    return verdictOf(rules.max === 0 ? items.length === 0 : items.length > 0);
  }

  #told(type: string, node: ProfileNode, item: Item): Verdict {
    if (type === 'type') return this.#hasType(node, item);
    if (type === 'profile') return this.#keepsProfile(node, item);
    return this.#agrees(node, item);
  }

  #hasType({ rules }: ProfileNode, { type }: Item): Verdict {
    const codes = (rules?.types ?? []).map(({ code }) => code);
    if (codes.length === 0 || type === '') return 'unknown';
    return verdictOf(codes.includes(type) || codes.includes('Resource'));
  }

  #keepsProfile({ rules }: ProfileNode, item: Item): Verdict {
    const wanted = (rules?.types ?? []).flatMap(({ profile = [] }) => profile);
    if (wanted.length === 0) return 'unknown';
    return some(
      wanted.map((canonical) => {
        const type = this.#profiles.typeOf(canonical);
        if (type !== undefined && item.type !== '' && type !== item.type) return 'no';
        const profile = this.#profiles.find(canonical);
        return profile === undefined || item.value === undefined ? 'unknown' : verdictOf(this.#conforms(profile, item));
      }),
    );
  }

  #step({ nodes, items }: Place, step: string): Place {
    if (step === '$this') return { nodes, items };
    if (step === 'resolve()') return this.#resolved({ nodes, items });
    const [, called, argument = ''] = /^(\w+)\(['"]?([^'"]*)['"]?\)$/.exec(step) ?? [];
    if (called === 'ofType') return { nodes, items: items?.filter(({ type }) => type === argument) };
    if (called === 'extension') return this.#extension({ nodes, items }, argument);
    if (called !== undefined) return { nodes: [], items: undefined };
    return {
      nodes: nodes.flatMap((node) => this.#within(node, step)),
      items: items?.flatMap((item) => childItems(item, { name: step }) ?? []),
    };
  }

  /** What is asked of the child: here, or by the profile that is asked of its holder. */
  #within(node: ProfileNode, step: string): readonly ProfileNode[] {
    const own = node.children.get(step) ?? node.children.get(`${step}[x]`);
    if (own !== undefined) return [own, ...own.slices.values()];
    return (node.rules?.types ?? []).flatMap(({ profile = [] }) =>
      profile.flatMap((canonical) => this.#ofProfile(canonical, step)),
    );
  }

  /** An extension's URL is the one of its definition, whether or not that is known here. */
  #ofProfile(canonical: string, step: string): readonly ProfileNode[] {
    const known = this.#profiles.find(canonical);
    const child = known?.root.children.get(step) ?? known?.root.children.get(`${step}[x]`);
    if (child !== undefined) return [child];
    return step === 'url' ? [fixedNode('url', canonical.split('|')[0])] : [];
  }

  #extension({ nodes, items }: Place, url: string): Place {
    const found = items?.flatMap((item) => childItems(item, { name: 'extension' }) ?? []);
    const slices = nodes.flatMap((node) => [...(node.children.get('extension')?.slices.values() ?? [])]);
    return {
      nodes: slices.filter(({ rules }) => rules?.types.some(({ profile }) => profile?.[0]?.split('|')[0] === url)),
      items: found?.filter(({ value }) => isObject(value) && value['url'] === url),
    };
  }

  /** Of what is referred to, the type is known, if anything. */
  #resolved({ nodes, items }: Place): Place {
    return {
      nodes: nodes.map((node) => typedNode(node, this.#targets(node))),
      items: items?.map((item) => ({ ...item, value: undefined, type: referredType(item) ?? '' })),
    };
  }

  #targets({ rules }: ProfileNode): readonly ElementType[] {
    return (rules?.types ?? []).flatMap(({ targetProfile = [] }) =>
      targetProfile.map((url) => ({ code: this.#profiles.typeOf(url) ?? 'Resource', profile: [url] })),
    );
  }

  #agrees(node: ProfileNode, item: Item): Verdict {
    const { rules } = node;
    const verdicts: Verdict[] = [];
    if (rules?.fixed !== undefined) verdicts.push(verdictOf(equalsFixed(item.value, rules.fixed)));
    if (rules?.pattern !== undefined) verdicts.push(verdictOf(includesPattern(item.value, rules.pattern)));
    if (verdicts.length === 0 && rules?.valueSet !== undefined) {
      const codes = this.#profiles.codesOf(rules.valueSet);
      verdicts.push(codes === undefined ? 'unknown' : verdictOf(codeFault(item.type, codes, item.value) === undefined));
    }
    return all([...verdicts, ...this.#agreesWithin(node, item)]);
  }

  /** Fixed values further down, of what must be there. */
  #agreesWithin(node: ProfileNode, item: Item): readonly Verdict[] {
    return [...node.children.values()].flatMap((child) => {
      const wanted = [child, ...child.slices.values()].filter((one) => (one.rules?.min ?? 0) > 0 && isFixed(one));
      const items = wanted.length === 0 ? undefined : childItems(item, child);
      if (items === undefined) return [];
      return wanted.map((one) => some(items.map((inner) => this.#agrees(one, inner))));
    });
  }
}

/** Whether something below says which value it must be. */
const isFixed = ({ rules, children, slices }: ProfileNode): boolean =>
  rules?.fixed !== undefined ||
  rules?.pattern !== undefined ||
  [...children.values(), ...slices.values()].some((one) => (one.rules?.min ?? 0) > 0 && isFixed(one));

const isTelling = (node: ProfileNode): boolean => node.rules?.valueSet !== undefined || isFixed(node);

const bare = {
  min: 0,
  max: 1,
  types: [],
  fixed: undefined,
  pattern: undefined,
  valueSet: undefined,
  constraints: [],
  slicing: undefined,
  contentReference: undefined,
};

const fixedNode = (name: string, fixed: unknown): ProfileNode => ({
  name,
  isChoice: false,
  rules: { ...bare, fixed },
  children: new Map(),
  slices: new Map(),
});

const typedNode = ({ name }: ProfileNode, types: readonly ElementType[]): ProfileNode => ({
  name,
  isChoice: false,
  rules: { ...bare, types },
  children: new Map(),
  slices: new Map(),
});
