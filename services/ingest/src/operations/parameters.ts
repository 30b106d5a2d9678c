import { refusal, requireReadable, type IncomingResource } from '../intake.ts';

/** The input of an operation, R4 operations.html#request: Parameters, or the one resource that it takes as it is. */
export type Input = ReadonlyMap<string, Parameter>;
export type Parameter = { readonly name: string; readonly [member: string]: unknown };

/**
 * @param names those that the operation has; each at most once
 * @throws ChartsealError `malformed` for another, `invalid` for Parameters that are not valid
 */
export const readParameters = (parameters: IncomingResource, names: readonly string[]): Input => {
  // What is to be judged may be as wrong as it likes: that is what was asked.
  requireReadable(withoutResources(parameters));
  const { parameter = [] } = parameters as { parameter?: readonly Parameter[] };
  const input = new Map<string, Parameter>();
  for (const [index, each] of parameter.entries()) {
    const expression = `Parameters.parameter[${index}]`;
    if (!names.includes(each.name))
      throw refusal('malformed', { code: 'not-supported', expression, diagnostics: `it takes ${names.join(', ')}` });
    if (input.has(each.name))
      throw refusal('malformed', { code: 'duplicate', expression, diagnostics: 'it takes each parameter once' });
    input.set(each.name, each);
  }
  return input;
};

const withoutResources = (parameters: IncomingResource): IncomingResource => {
  const { parameter } = parameters;
  if (!Array.isArray(parameter)) return parameters;
  const bare = parameter.map((each: unknown): unknown => {
    if (typeof each !== 'object' || each === null || !('resource' in each)) return each;
    const { resource: _resource, ...rest } = each;
    return { ...rest, valueBoolean: true };
  });
  return { ...parameters, parameter: bare };
};

/** A parameter's text, whichever of these types it has. */
export const textOf = (parameter: Parameter | undefined, ...types: readonly string[]): string | undefined => {
  const values = types.map((type) => parameter?.[`value${type}`]);
  return values.find((value) => typeof value === 'string');
};
