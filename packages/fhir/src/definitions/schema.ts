/** R4's types as the validator needs them: one look-up for a JSON member name. */
import { flags, type CompactDefinitions, type CompactElement, type CompactType } from './compact-form.ts';
import type { CodeSet } from './value-sets.ts';

export type Property = {
  /** Name in FHIRPath: `value` for the member `valueQuantity`. */
  readonly element: string;
  /** R4 data type; for a nested element the name of its own TypeSchema; `Resource` where any resource fits. */
  readonly type: string;
  readonly kind: 'primitive' | 'complex' | 'resource';
  readonly repeats: boolean;
  /** Of a required binding to value sets whose codes the definitions list. */
  readonly codes: CodeSet | undefined;
  /** Of a Reference: the resource types that it may point to; undefined for any. */
  readonly targets: ReadonlySet<string> | undefined;
  readonly constraints: readonly Constraint[];
};

/** An invariant: a FHIRPath expression that must be true of the element. */
export type Constraint = { readonly key: string; readonly expression: string; readonly sentence: string };

export type TypeSchema = {
  readonly name: string;
  /** By JSON member name; those of primitives' `_name` members are not here. */
  readonly properties: ReadonlyMap<string, Property>;
  /** The member names of each element: more than one where it is a choice of types. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Elements with a minimum of one, each with the member names that satisfy it. */
  readonly required: readonly { readonly element: string; readonly members: readonly string[] }[];
  /** Elements that a summary keeps, and those that may change the meaning of others. */
  readonly marked: { readonly summary: ReadonlySet<string>; readonly modifier: ReadonlySet<string> };
  readonly constraints: readonly Constraint[];
};

const primitives: ReadonlySet<string> = new Set(
  (
    'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time ' +
    'unsignedInt uri url uuid xhtml'
  ).split(' '),
);

const kindOf = (type: string): Property['kind'] => {
  if (type === 'Resource') return 'resource';
  return primitives.has(type) ? 'primitive' : 'complex';
};

/** What is shared between types: value sets and targets that many elements name. */
export class SharedParts {
  readonly #compact: CompactDefinitions;
  readonly #codeSets = new Map<number, CodeSet>();
  readonly #targets = new Map<number, ReadonlySet<string>>();

  constructor(compact: CompactDefinitions) {
    this.#compact = compact;
  }

  codeSet(place: number | null): CodeSet | undefined {
    if (place === null) return undefined;
    const systems = this.#compact.codeSets[place] ?? [];
    const known = this.#codeSets.get(place) ?? {
      codes: new Set(systems.flatMap(([, ...codes]) => codes)),
      tokens: new Set(systems.flatMap(([system, ...codes]) => codes.map((code) => `${system}|${code}`))),
    };
    this.#codeSets.set(place, known);
    return known;
  }

  targets(place: number | null): ReadonlySet<string> | undefined {
    if (place === null) return undefined;
    const known = this.#targets.get(place) ?? new Set(this.#compact.targets[place]);
    this.#targets.set(place, known);
    return known;
  }

  constraints(places: readonly number[]): readonly Constraint[] {
    return places.flatMap((place) => {
      const [key, expression, sentence] = this.#compact.constraints[place] ?? [];
      return key === undefined || expression === undefined || sentence === undefined
        ? []
        : [{ key, expression, sentence }];
    });
  }
}

const pairs = (members: readonly string[]): readonly (readonly [member: string, type: string])[] =>
  members.flatMap((member, place) => (place % 2 === 0 ? [[member, members[place + 1] ?? ''] as const] : []));

const propertiesOf = (element: CompactElement, shared: SharedParts): readonly (readonly [string, Property])[] => {
  const [name, members, marks, codeSet, targets, constraints] = element;
  const common = {
    element: name,
    repeats: (marks & flags.repeats) !== 0,
    codes: shared.codeSet(codeSet),
    constraints: shared.constraints(constraints),
  };
  return pairs(members).map(([member, type]) => {
    const pointsTo = type === 'Reference' ? shared.targets(targets) : undefined;
    return [member, { ...common, type, kind: kindOf(type), targets: pointsTo }];
  });
};

const namesWith = (elements: readonly CompactElement[], flag: number): readonly string[] =>
  elements.flatMap(([name, , marks]) => ((marks & flag) === 0 ? [] : [name]));

export const readType = ([name, elements, constraints]: CompactType, shared: SharedParts): TypeSchema => {
  const members = new Map(elements.map(([element, each]) => [element, pairs(each).map(([member]) => member)]));
  return {
    name,
    properties: new Map(elements.flatMap((element) => propertiesOf(element, shared))),
    members,
    required: namesWith(elements, flags.required).map((element) => ({ element, members: members.get(element) ?? [] })),
    marked: {
      summary: new Set(namesWith(elements, flags.summary)),
      modifier: new Set(namesWith(elements, flags.modifier)),
    },
    constraints: shared.constraints(constraints),
  };
};
