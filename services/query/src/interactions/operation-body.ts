/** https://hl7.org/fhir/R4/operations.html#request: what an operation is given by POST. */
import { JsonError, parseJson, type JsonValue } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import type { Parameters } from '../paging/parameters.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';

/** As far as an operation here needs to look into it. */
export type OperationInput = {
  /** Parameters with primitive values, as text. */
  readonly words: Parameters;
  /** Those that hold a resource; a body that is no Parameters stands for `resource`. */
  readonly resources: ReadonlyMap<string, JsonObject>;
};

const wrong = (expression: string, diagnostics: string): ChartsealError =>
  new ChartsealError('malformed', 'the body cannot be read', {
    issues: [{ code: 'structure', expression, diagnostics }],
  });

const parsed = (body: string): JsonValue => {
  try {
    return parseJson(body).value;
  } catch (error) {
    if (error instanceof JsonError) throw wrong('Parameters', 'the body is not JSON that can be read');
    throw error;
  }
};

/** An empty body gives nothing. @throws ChartsealError `malformed` */
export const operationInput = (body: string): OperationInput => {
  if (body.trim() === '') return { words: [], resources: new Map() };
  const value = parsed(body);
  if (!isJsonObject(value) || typeof value.resourceType !== 'string')
    throw wrong('Parameters', 'the body is no resource');
  if (value.resourceType !== 'Parameters') return { words: [], resources: new Map([['resource', value]]) };
  const { parameter = [] } = value;
  if (!Array.isArray(parameter)) throw wrong('Parameters.parameter', 'not a list');
  const words: [string, string][] = [];
  const resources = new Map<string, JsonObject>();
  for (const [index, part] of parameter.entries()) {
    const place = `Parameters.parameter[${index}]`;
    if (!isJsonObject(part) || typeof part.name !== 'string') throw wrong(place, 'a parameter has a name');
    if (isJsonObject(part.resource)) resources.set(part.name, part.resource);
    else words.push([part.name, primitive(part, place)]);
  }
  return { words, resources };
};

const primitive = (part: JsonObject, place: string): string => {
  const member = Object.keys(part).find((name) => name.startsWith('value'));
  const value = member === undefined ? undefined : part[member];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(place, 'a parameter here has a primitive value or a resource');
};
