/** What a StructureDefinition asks of an element: https://hl7.org/fhir/R4/elementdefinition.html */
import { uncompiledConstraints } from '../../definitions/core-constraints.ts';
import { loadDefinitions } from '../../definitions/definitions.ts';
import type { Constraint } from '../../definitions/schema.ts';

export type ElementType = {
  readonly code: string;
  readonly profile?: readonly string[];
  readonly targetProfile?: readonly string[];
};

type Discriminator = { readonly type: string; readonly path: string };

export type Slicing = {
  readonly discriminator?: readonly Discriminator[];
  readonly rules?: string;
  readonly ordered?: boolean;
};

/** As packages hold it; only what is read here. `fixedX` and `patternX` are found by their beginnings. */
export type ElementDefinition = {
  readonly id?: string;
  readonly path: string;
  readonly sliceName?: string;
  readonly min?: number;
  readonly max?: string;
  readonly type?: readonly ElementType[];
  readonly contentReference?: string;
  readonly slicing?: Slicing;
  readonly binding?: { readonly strength?: string; readonly valueSet?: string };
  readonly constraint?: readonly {
    readonly key?: string;
    readonly severity?: string;
    readonly expression?: string;
    readonly human?: string;
    readonly source?: string;
  }[];
};

export type StructureDefinition = {
  readonly resourceType: 'StructureDefinition';
  readonly url: string;
  readonly version?: string;
  readonly type: string;
  readonly baseDefinition?: string;
  readonly snapshot?: { readonly element: readonly ElementDefinition[] };
  readonly differential?: { readonly element: readonly ElementDefinition[] };
};

export type ElementRules = {
  readonly min: number;
  readonly max: number;
  /** Empty: any that R4 allows. */
  readonly types: readonly ElementType[];
  readonly fixed: unknown;
  readonly pattern: unknown;
  /** Of a required binding: a canonical without its version. */
  readonly valueSet: string | undefined;
  /** Its own: those of R4 are looked at on every resource. */
  readonly constraints: readonly Constraint[];
  readonly slicing: Slicing | undefined;
  readonly contentReference: string | undefined;
};

const officialBase = 'http://hl7.org/fhir/StructureDefinition/';

export const withoutVersion = (canonical: string): string => canonical.split('|', 1)[0] ?? '';

/** The type that R4's own definition of this URL is of. */
export const coreType = (canonical: string): string | undefined => {
  const url = withoutVersion(canonical);
  const name = url.startsWith(officialBase) ? url.slice(officialBase.length) : '';
  return loadDefinitions().types.get(name) === undefined ? undefined : name;
};

const isOfCore = (key: string, expression: string): boolean =>
  uncompiledConstraints.has(key) || loadDefinitions().constraints.has(`${key} ${expression}`);

const valueOf = (definition: ElementDefinition, kind: 'fixed' | 'pattern'): unknown =>
  Object.entries(definition).find(([name]) => name.startsWith(kind) && /^[A-Z]/.test(name.slice(kind.length)))?.[1];

export const readRules = (definition: ElementDefinition): ElementRules => ({
  min: definition.min ?? 0,
  max: definition.max === undefined || definition.max === '*' ? Number.POSITIVE_INFINITY : Number(definition.max),
  types: definition.type ?? [],
  fixed: valueOf(definition, 'fixed'),
  pattern: valueOf(definition, 'pattern'),
  valueSet:
    definition.binding?.strength === 'required' && definition.binding.valueSet !== undefined
      ? withoutVersion(definition.binding.valueSet)
      : undefined,
  constraints: (definition.constraint ?? []).flatMap(({ key, severity, expression, human, source }) => {
    if (key === undefined || expression === undefined || severity !== 'error') return [];
    if (isOfCore(key, expression) || (source !== undefined && coreType(source) !== undefined)) return [];
    return [{ key, expression, sentence: human ?? '' }];
  }),
  slicing: definition.slicing,
  contentReference: definition.contentReference,
});
