/** A StructureDefinition's elements as a tree, slices beside what they slice. */
import { readRules, type ElementDefinition, type ElementRules, type StructureDefinition } from './element-rules.ts';

export type ProfileNode = {
  /** In FHIRPath: `value` for `value[x]`. */
  readonly name: string;
  readonly isChoice: boolean;
  rules: ElementRules | undefined;
  readonly children: Map<string, ProfileNode>;
  readonly slices: Map<string, ProfileNode>;
};

export type Profile = {
  readonly url: string;
  readonly version: string | undefined;
  readonly type: string;
  /** Where there is no snapshot, what it is derived from must be kept beside it. */
  readonly base: string | undefined;
  readonly root: ProfileNode;
};

const makeNode = (step: string): ProfileNode => ({
  name: step.replace('[x]', ''),
  isChoice: step.endsWith('[x]'),
  rules: undefined,
  children: new Map(),
  slices: new Map(),
});

const grow = (map: Map<string, ProfileNode>, key: string, step: string): ProfileNode => {
  const known = map.get(key) ?? makeNode(step);
  map.set(key, known);
  return known;
};

/** `Patient.contact:mother.name`: ids name the slices on the way, paths do not. */
const place = (root: ProfileNode, id: string): ProfileNode =>
  id
    .split('.')
    .slice(1)
    .reduce((holder, each) => {
      const [step = '', slice] = each.split(':');
      const node = grow(holder.children, step, step);
      return slice === undefined ? node : grow(node.slices, slice, step);
    }, root);

const idOf = ({ id, path, sliceName }: ElementDefinition): string =>
  id ?? (sliceName === undefined ? path : `${path}:${sliceName}`);

/** Undefined where it has neither snapshot nor differential. */
export const readProfile = ({
  url,
  version,
  type,
  baseDefinition,
  snapshot,
  differential,
}: StructureDefinition): Profile | undefined => {
  const elements = snapshot?.element ?? differential?.element;
  if (elements === undefined) return undefined;
  const root = makeNode(type);
  for (const definition of elements) {
    const id = idOf(definition);
    // Slices of slices, and what holds of all that no slice takes, add to what is asked already: they are not looked at.
    if (!/[/@]/.test(id)) place(root, id).rules = readRules(definition);
  }
  return { url, version, type, base: snapshot === undefined ? baseDefinition : undefined, root };
};

/** `#Observation.referenceRange`, and in later releases with the URL of the definition before it. */
export const referredNode = (root: ProfileNode, contentReference: string): ProfileNode | undefined => {
  let node: ProfileNode | undefined = root;
  for (const step of contentReference
    .slice(contentReference.indexOf('#') + 1)
    .split('.')
    .slice(1))
    node = node?.children.get(step);
  return node;
};
