import { operationOutcome, type Issue, type OperationOutcome } from '@chartseal/fhir';
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import { outcomeOf } from '@chartseal/server';
import type { IngestDependencies } from '../dependencies.ts';
import { isResource, refusal, type Incoming, type IncomingResource } from '../intake.ts';
import { readStored } from '../stored.ts';
import { readParameters, textOf } from './parameters.ts';

/** https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
const modes = ['create', 'update', 'delete', 'profile'] as const;
type Mode = (typeof modes)[number];

type ValidateInput = {
  readonly resource: IncomingResource | undefined;
  readonly mode: Mode | undefined;
  readonly profile: string | undefined;
};

/**
 * https://hl7.org/fhir/R4/resource-operation-validate.html: what would be said of the resource if it were written. Stores nothing.
 * @param id of the record that it would become
 * @throws ChartsealError `malformed` where there is nothing to judge. All that is wrong with the resource is in the outcome.
 */
export const validateOperation = async (
  dependencies: IngestDependencies,
  { resourceType, id, incoming }: { resourceType: string; id: string | undefined; incoming: Incoming },
): Promise<OperationOutcome> => {
  const input = readInput(incoming.resource);
  const key = id === undefined ? undefined : { resourceType, id };
  if (input.mode === 'delete') return judgeDelete(dependencies, requireKey(key));
  const resource = input.resource ?? (await storedResource(dependencies, requireKey(key)));
  return operationOutcome([
    ...typeIssues(resource, resourceType),
    ...(input.resource === undefined ? [] : identityIssues(resource, input.mode, key)),
    ...dependencies.validate(resource, { profiles: input.profile === undefined ? [] : [input.profile] }),
  ]);
};

const readInput = (body: IncomingResource): ValidateInput => {
  if (body.resourceType !== 'Parameters') return { resource: body, mode: undefined, profile: undefined };
  const input = readParameters(body, ['resource', 'mode', 'profile']);
  const mode = textOf(input.get('mode'), 'Code', 'String');
  if (mode !== undefined && !isMode(mode))
    throw refusal('malformed', { code: 'value', expression: 'mode', diagnostics: `a mode is ${modes.join(', ')}` });
  const resource = input.get('resource')?.['resource'];
  if (resource !== undefined && !isResource(resource))
    throw refusal('malformed', { code: 'structure', expression: 'resource', diagnostics: 'must be a resource' });
  return { resource, mode, profile: textOf(input.get('profile'), 'Uri', 'Canonical', 'Url', 'String') };
};

const isMode = (mode: string): mode is Mode => (modes as readonly string[]).includes(mode);

const requireKey = (key: RecordKey | undefined): RecordKey => {
  if (key !== undefined) return key;
  throw refusal('malformed', {
    code: 'required',
    expression: 'resource',
    diagnostics: 'a resource is required, or the id of a stored one in the URL',
  });
};

const typeIssues = (resource: IncomingResource, resourceType: string): readonly Issue[] =>
  resource.resourceType === resourceType
    ? []
    : [error('invalid', `${resource.resourceType}.resourceType`, 'must be the type in the URL')];

/** R4 http.html#update: what an update would refuse. A create gives an id of its own. */
const identityIssues = (
  resource: IncomingResource,
  mode: Mode | undefined,
  key: RecordKey | undefined,
): readonly Issue[] => {
  const expression = `${resource.resourceType}.id`;
  if (mode === 'update' && key === undefined && resource.id === undefined)
    return [error('required', expression, 'an update needs an id')];
  if (mode !== 'create' && key !== undefined && resource.id !== undefined && resource.id !== key.id)
    return [error('invalid', expression, 'must be the id in the URL')];
  return [];
};

const error = (code: Issue['code'], expression: string, diagnostics: string): Issue => ({
  severity: 'error',
  code,
  expression,
  diagnostics,
});

const storedResource = async ({ records }: IngestDependencies, key: RecordKey): Promise<IncomingResource> => {
  const version = await records.read(key);
  if (version === undefined) throw new ChartsealError('not-found', 'there is no such record');
  if (version.state === 'deleted') throw new ChartsealError('deleted', 'the record was deleted');
  return readStored(version.content).resource;
};

/** What a delete would answer. */
const judgeDelete = async ({ records }: IngestDependencies, key: RecordKey): Promise<OperationOutcome> => {
  const version = await records.read(key);
  if (version === undefined) return outcomeOf(new ChartsealError('not-found', 'there is no such record'));
  if (version.log === 'access')
    return outcomeOf(new ChartsealError('not-allowed', 'an audit entry of the gateway cannot be changed'));
  if (version.state === 'deleted') return outcomeOf(new ChartsealError('deleted', 'the record was deleted'));
  return operationOutcome([]);
};
