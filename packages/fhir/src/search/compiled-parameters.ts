import { parseElementPaths, type ElementPath } from './element-path.ts';
import {
  searchParameterByUrl,
  searchParametersOf,
  type SearchParameter,
  type SearchParameterType,
} from './search-parameter.ts';

/** A parameter of one type, its FHIRPath taken apart. */
export type CompiledParameter = {
  readonly code: string;
  readonly type: SearchParameterType;
  /** `existence`: true where the element is there and not false, else false (Patient.deceased alone). */
  readonly source:
    | { readonly kind: 'paths'; readonly paths: readonly ElementPath[] }
    | { readonly kind: 'existence'; readonly path: ElementPath };
  readonly components: readonly { readonly type: SearchParameterType; readonly paths: readonly ElementPath[] }[];
};

/** Kept beside each record, or of its identity: they need no index. */
const unindexed: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

const pathsOf = (expression: string, resourceType: string, name: string): readonly ElementPath[] => {
  const paths = parseElementPaths(expression, resourceType);
  if (paths === undefined) throw new Error(`the expression of ${name} is not an element's path`);
  return paths;
};

const existence = /^(\w+\.\w+)\.exists\(\) and \1 != false$/;

const alternativesOf = (expression: string, resourceType: string): readonly string[] =>
  expression
    .split('|')
    .map((text) => text.trim())
    .filter((text) => text.startsWith(`${resourceType}.`));

const sourceOf = ({ code, expression }: SearchParameter, resourceType: string): CompiledParameter['source'] => {
  const name = `${resourceType}.${code}`;
  const [, element] = existence.exec(alternativesOf(expression, resourceType)[0] ?? '') ?? [];
  const [path] = element === undefined ? [] : pathsOf(element, resourceType, name);
  return path === undefined
    ? { kind: 'paths', paths: pathsOf(expression, resourceType, name) }
    : { kind: 'existence', path };
};

const componentsOf = ({ components }: SearchParameter, resourceType: string): CompiledParameter['components'] =>
  components.map(({ definition, expression }) => {
    const type = searchParameterByUrl(definition)?.type;
    if (type === undefined) throw new Error(`there is no search parameter ${definition}`);
    return { type, paths: pathsOf(expression, resourceType, definition) };
  });

const compiled = new Map<string, readonly CompiledParameter[]>();

/** Everything that a resource of the type is indexed by. Taken apart once a process, when the type is first met. */
export const compiledParameters = (resourceType: string): readonly CompiledParameter[] => {
  const known =
    compiled.get(resourceType) ??
    searchParametersOf(resourceType)
      .filter(({ code }) => !unindexed.has(code))
      .map((parameter) => ({
        code: parameter.code,
        type: parameter.type,
        source: sourceOf(parameter, resourceType),
        components: componentsOf(parameter, resourceType),
      }));
  compiled.set(resourceType, known);
  return known;
};
