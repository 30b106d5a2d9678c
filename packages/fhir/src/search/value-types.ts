import { loadDefinitions } from '../definitions/definitions.ts';
import { compiledParameters, type CompiledParameter } from './compiled-parameters.ts';
import type { ElementPath, PathStep } from './element-path.ts';

const take = (types: readonly string[], step: PathStep): readonly string[] => {
  if (step.kind === 'of-type') return types.filter((type) => type.toLowerCase() === step.type.toLowerCase());
  if (step.kind !== 'element') return types;
  return types.flatMap((type) => {
    const schema = loadDefinitions().types.get(type);
    return (schema?.members.get(step.name) ?? []).map((member) => schema?.properties.get(member)?.type ?? '');
  });
};

const typesAt = ({ steps }: ElementPath, from: string): readonly string[] =>
  steps.reduce<readonly string[]>(take, [from]);

const pathsOf = ({ source }: CompiledParameter): readonly ElementPath[] =>
  source.kind === 'paths' ? source.paths : [];

const known = new Map<string, ReadonlySet<string>>();

/** The R4 data types that a parameter's values have on a resource of the type; empty for one that looks whether something is there. */
export const valueTypes = (resourceType: string, code: string): ReadonlySet<string> => {
  const name = `${resourceType}.${code}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const parameter = compiledParameters(resourceType).find((one) => one.code === code);
  if (parameter === undefined) return new Set();
  const types = new Set(pathsOf(parameter).flatMap((path) => typesAt(path, resourceType)));
  known.set(name, types);
  return types;
};
