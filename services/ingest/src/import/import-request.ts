import { isResourceType } from '@chartseal/fhir';
import type { ChartsealError, ErrorIssue, ImportInput } from '@chartseal/ports';
import { readResource, refusal, requireReadable } from '../intake.ts';
import type { ImportConfig } from './config.ts';
import { isAllowed } from './source.ts';

/** One request may not hold the worker for ever. */
const mostInputs = 1000;

export const ndjsonTypes: readonly string[] = ['application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson'];

type Parameter = Readonly<Record<string, unknown>> & { readonly part?: readonly Parameter[] };

/**
 * The inputs that a Parameters resource names, after https://github.com/smart-on-fhir/bulk-import: `inputFormat`, and `input` with the parts
 * `url` and `type`. What else stands in it is refused, for it may be meant to change what is imported.
 * @throws ChartsealError `malformed`, `invalid`, naming the parameter
 */
export const readImportRequest = (
  text: string,
  config: Pick<ImportConfig, 'directory' | 'sources'>,
): readonly ImportInput[] => {
  const { resource } = readResource(text);
  if (resource.resourceType !== 'Parameters')
    throw refusal('malformed', { code: 'invalid', expression: 'resourceType', diagnostics: 'must be Parameters' });
  requireReadable(resource);
  const parameters = (resource['parameter'] ?? []) as readonly Parameter[];
  const inputs = parameters.flatMap((parameter, index) => {
    const at = `Parameters.parameter[${index}]`;
    if (parameter['name'] === 'input') return [inputOf(parameter, at, config)];
    if (parameter['name'] !== 'inputFormat') throw refuse(at, 'not-supported', 'inputFormat and input are supported');
    if (!ndjsonTypes.includes(valueOf(parameter) ?? ''))
      throw refuse(at, 'not-supported', 'inputFormat must be application/fhir+ndjson');
    return [];
  });
  if (inputs.length === 0) throw refuse('Parameters.parameter', 'required', 'at least one input is required');
  if (inputs.length > mostInputs) throw refuse('Parameters.parameter', 'too-costly', `at most ${mostInputs} inputs`);
  return inputs;
};

const inputOf = (
  { part = [] }: Parameter,
  at: string,
  config: Pick<ImportConfig, 'directory' | 'sources'>,
): ImportInput => {
  const partOf = (name: string): string | undefined => {
    const found = part.filter((each) => each['name'] === name);
    if (found.length > 1) throw refuse(at, 'duplicate', `${name} may stand once`);
    return found[0] && valueOf(found[0]);
  };
  if (part.some(({ name }) => name !== 'url' && name !== 'type'))
    throw refuse(at, 'not-supported', 'an input has the parts url and type');
  const [url, type] = [partOf('url'), partOf('type')];
  if (url === undefined) throw refuse(at, 'required', 'an input has a url');
  if (type !== undefined && !isResourceType(type)) throw refuse(at, 'code-invalid', 'type must be one of R4');
  if (!isAllowed(url, config)) throw refuse(at, 'forbidden', 'its url is not below one of the configured sources');
  return { from: { kind: 'url', url }, ...(type === undefined ? {} : { type }) };
};

/** Whichever of R4's types a client takes for it. */
const valueOf = (parameter: Parameter): string | undefined => {
  const value = ['valueUrl', 'valueUri', 'valueCode', 'valueString']
    .map((name) => parameter[name])
    .find((each) => each !== undefined);
  return typeof value === 'string' ? value : undefined;
};

const refuse = (expression: string, code: ErrorIssue['code'], diagnostics: string): ChartsealError =>
  refusal(code === 'required' || code === 'duplicate' ? 'malformed' : 'invalid', { code, expression, diagnostics });
