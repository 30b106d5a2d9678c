/** Generated searches: criteria after what is really there, chained in both directions, sorted. */
import { criterionOn, type Criterion } from './criterion.ts';
import { intervalOfValue } from './dates.ts';
import { parametersOf, valuesOf, type Parameter } from './parameters.ts';
import type { Random } from './random.ts';
import { inWorld, type Resource, type World } from './resource.ts';
import { folded, referencesOf, stringsOf } from './values.ts';

export type Query = {
  readonly resourceType: string;
  readonly criteria: readonly Criterion[];
  readonly sort: SortKey | undefined;
};

export type SortKey = {
  readonly parameter: Parameter;
  readonly direction: 'ascending' | 'descending';
};

const localTargets = (resource: Resource, parameter: Parameter, world: World): readonly Resource[] =>
  valuesOf(resource, parameter)
    .flatMap(referencesOf)
    .flatMap((reference) => {
      const [resourceType = '', id = '', ...more] = reference.split('/');
      const target = more.length === 0 ? inWorld(world, resourceType, id) : undefined;
      return target === undefined ? [] : [target];
    });

const referencing = (resource: Resource): readonly Parameter[] =>
  parametersOf(resource.resourceType).filter(({ type }) => type === 'reference');

const chained = (resource: Resource, world: World, random: Random, depth: number): Criterion | undefined => {
  const parameter = random.pick(referencing(resource).filter((each) => localTargets(resource, each, world).length > 0));
  const target = parameter && random.pick(localTargets(resource, parameter, world));
  if (parameter === undefined || target === undefined || !(parameter.target ?? []).includes(target.resourceType))
    return undefined;
  const inner = criterion(target, world, random, depth - 1);
  if (inner === undefined) return undefined;
  return {
    name: `${parameter.code}:${target.resourceType}.${inner.name}`,
    value: inner.value,
    holds: (one) =>
      localTargets(one, parameter, world).some(
        (its) => its.resourceType === target.resourceType && inner.holds(its, world),
      ),
  };
};

const reverse = (resource: Resource, world: World, random: Random, depth: number): Criterion | undefined => {
  const name = `${resource.resourceType}/${resource.id}`;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const type = random.pick([...world.keys()]) ?? '';
    const referrer = random.pick(world.get(type) ?? []);
    const parameter = referrer && random.pick(referencing(referrer));
    if (referrer === undefined || parameter === undefined) continue;
    if (!valuesOf(referrer, parameter).flatMap(referencesOf).includes(name)) continue;
    const inner = criterion(referrer, world, random, depth - 1);
    if (inner === undefined) continue;
    return {
      name: `_has:${type}:${parameter.code}:${inner.name}`,
      value: inner.value,
      holds: (one) =>
        (world.get(type) ?? []).some(
          (its) =>
            valuesOf(its, parameter).flatMap(referencesOf).includes(`${one.resourceType}/${one.id}`) &&
            inner.holds(its, world),
        ),
    };
  }
  return undefined;
};

const criterion = (resource: Resource, world: World, random: Random, depth: number): Criterion | undefined => {
  if (depth > 0 && random.chance(0.25)) {
    const way = random.chance(0.6) ? chained : reverse;
    const made = way(resource, world, random, depth);
    if (made !== undefined) return made;
  }
  const parameter = random.pick(
    parametersOf(resource.resourceType).filter((each) => valuesOf(resource, each).length > 0),
  );
  return parameter && criterionOn(parameter, resource, random);
};

/** Of the types whose order the specification leaves no doubt about. */
const sortOf = (resourceType: string, random: Random): SortKey | undefined => {
  const parameter = random.pick(parametersOf(resourceType).filter(({ type }) => type === 'date' || type === 'string'));
  if (parameter === undefined || random.chance(0.5)) return undefined;
  return { parameter, direction: random.chance(0.5) ? 'ascending' : 'descending' };
};

export const generateQuery = (world: World, random: Random): Query => {
  for (;;) {
    const resourceType = random.pick([...world.keys()]) ?? '';
    const resource = random.pick(world.get(resourceType) ?? []);
    const wanted = 1 + random.below(2);
    const criteria = Array.from({ length: wanted }, () => resource && criterion(resource, world, random, 2));
    const made = criteria.filter((one) => one !== undefined);
    if (made.length > 0) return { resourceType, criteria: made, sort: sortOf(resourceType, random) };
  }
};

export const answerTo = ({ resourceType, criteria }: Query, world: World): readonly Resource[] =>
  (world.get(resourceType) ?? []).filter((resource) => criteria.every(({ holds }) => holds(resource, world)));

/** What `_sort` compares, undefined for a record that has no value. */
export const sortValueOf = (resource: Resource, { parameter, direction }: SortKey): number | string | undefined => {
  const values = valuesOf(resource, parameter);
  const keys: (number | string)[] =
    parameter.type === 'date'
      ? values.flatMap(({ type, value }) => {
          const interval = intervalOfValue(type, value);
          return interval === undefined ? [] : [direction === 'ascending' ? interval.start : interval.end];
        })
      : values.flatMap(stringsOf).map(folded);
  const sorted = keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return direction === 'ascending' ? sorted[0] : sorted.at(-1);
};
