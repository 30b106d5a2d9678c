import { parseJson, type JsonValue } from '@chartseal/fhir';
import type { RecordKey } from '@chartseal/ports';
import type { ChangeOutcome } from '../change.ts';
import { changeRecord, type Change } from '../change.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { refusal, type Incoming, type IncomingResource } from '../intake.ts';
import type { Preconditions } from '../preconditions.ts';
import { readParameters } from './parameters.ts';

type Meta = { profile?: string[]; tag?: Coding[]; security?: Coding[]; [member: string]: unknown };
type Coding = { readonly system?: string; readonly code?: string; readonly [member: string]: unknown };

/** https://hl7.org/fhir/R4/resource-operation-meta-add.html: those of the resource and the given, each once. */
const add = (meta: Meta, given: Meta): void => {
  for (const name of ['tag', 'security'] as const) {
    const known = new Set(meta[name]?.map(nameOf));
    const fresh = (given[name] ?? []).filter((coding) => !known.has(nameOf(coding)) && known.add(nameOf(coding)));
    if (fresh.length > 0) meta[name] = [...(meta[name] ?? []), ...fresh];
  }
  const profiles = new Set([...(meta.profile ?? []), ...(given.profile ?? [])]);
  if (profiles.size > (meta.profile?.length ?? 0)) meta.profile = [...profiles];
};

/** https://hl7.org/fhir/R4/resource-operation-meta-delete.html: what is not there is passed over. */
const remove = (meta: Meta, given: Meta): void => {
  for (const name of ['tag', 'security'] as const) {
    const unwanted = new Set(given[name]?.map(nameOf));
    retain(
      meta,
      name,
      meta[name]?.filter((coding) => !unwanted.has(nameOf(coding))),
    );
  }
  retain(
    meta,
    'profile',
    meta.profile?.filter((profile) => given.profile?.includes(profile) !== true),
  );
};

const retain = <Name extends 'tag' | 'security' | 'profile'>(meta: Meta, name: Name, rest: Meta[Name]): void => {
  if (rest === undefined || rest.length === 0) delete meta[name];
  else meta[name] = rest;
};

/** R4: tags and labels are equal by system and code. */
const nameOf = ({ system = '', code = '' }: Coding): string => `${system}|${code}`;

export type MetaOperation = 'meta-add' | 'meta-delete';

/** A new version, unless nothing changes. @throws ChartsealError `malformed` without a valid `meta`; `not-found`, `deleted` */
export const changeMeta = (
  dependencies: IngestDependencies,
  request: Preconditions & { readonly key: RecordKey; readonly operation: MetaOperation; readonly incoming: Incoming },
): Promise<ChangeOutcome> => {
  const { key, operation, incoming, ...preconditions } = request;
  const given = readMeta(incoming.resource);
  const change: Change = ({ resource }) => {
    const meta = (resource['meta'] ?? {}) as Meta;
    const before = JSON.stringify(meta);
    if (operation === 'meta-add') add(meta, given);
    else remove(meta, given);
    resource['meta'] = meta;
    return JSON.stringify(meta) === before ? 'unchanged' : resource;
  };
  return changeRecord(dependencies, { ...preconditions, target: { kind: 'id', key }, change });
};

const readMeta = (body: IncomingResource): Meta => {
  if (body.resourceType !== 'Parameters')
    throw refusal('malformed', { code: 'structure', diagnostics: 'the body must be Parameters' });
  const meta = readParameters(body, ['meta']).get('meta')?.['valueMeta'];
  if (typeof meta !== 'object' || meta === null)
    throw refusal('malformed', { code: 'required', expression: 'meta', diagnostics: 'a valueMeta is required' });
  return meta as Meta;
};

/** The answer: the whole meta that the record has now. */
export const metaParameters = ({ version }: ChangeOutcome): { readonly [member: string]: unknown } => {
  const { meta } = parseJson(version.content).value as { meta?: JsonValue };
  return { resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: meta ?? {} }] };
};
