import type { Issue } from '@chartseal/fhir';
import type { RecordKey, RecordStore, StoredVersion, UnitView } from '@chartseal/ports';
import { contentHash, isContentOf, joinContent } from '@chartseal/server';
import { commitOn, type Target } from './commit-on.ts';
import type { IngestDependencies } from './dependencies.ts';
import { contentDraft } from './draft.ts';
import { admitResource, refusal, type Incoming, type IncomingResource } from './intake.ts';
import {
  checkPreconditions,
  refuseAuditEntries,
  refuseMadeProvenance,
  type Place,
  type Preconditions,
} from './preconditions.ts';
import { readStored } from './stored.ts';

/** What becomes of the current content: another resource, or the same one changed in place. May run more than once. */
export type Change = (incoming: Incoming) => IncomingResource | 'unchanged';

export type ChangeOutcome = {
  readonly kind: 'updated' | 'unchanged';
  readonly version: StoredVersion;
  readonly issues: readonly Issue[];
};

/**
 * Changes a part of a record (PATCH, $meta-add): read, changed and written inside one unit, so that of two at the same time neither is lost.
 * @throws ChartsealError `not-found`, `deleted`; `invalid` where what comes out is not valid
 */
export const changeRecord = async (
  dependencies: IngestDependencies,
  request: Preconditions & { readonly target: Target; readonly change: Change },
): Promise<ChangeOutcome> => {
  const { records } = dependencies;
  const { target, change } = request;
  let bytes: Uint8Array | undefined;
  let issues: readonly Issue[] = [];
  let changed: RecordKey | undefined;
  const [version] = await commitOn(records, {
    target,
    prepare: async (key) => {
      bytes = key && (await binaryContent(records, key));
    },
    plan: async (view, key) => {
      changed = key;
      const incoming = await currentContent(view, key, { preconditions: request, bytes });
      if (key === undefined || incoming === 'moved') return 'moved';
      const result = change(incoming);
      if (result === 'unchanged') return [];
      const admitted = admitResource(dependencies, { ...incoming, resource: requireIdentity(result, key) });
      ({ issues } = admitted);
      return [contentDraft(dependencies, key, admitted)];
    },
  });
  if (version !== undefined) return { kind: 'updated', version, issues };
  const unchanged = changed && (await records.read(changed));
  if (unchanged === undefined) throw missing();
  return { kind: 'unchanged', version: unchanged, issues };
};

const missing = (at: Place = {}): Error =>
  refusal('not-found', { ...at, code: 'not-found', diagnostics: 'there is no such record' });
const gone = (at: Place = {}): Error =>
  refusal('deleted', { ...at, code: 'deleted', diagnostics: 'the record was deleted' });

/**
 * What a part of is to be changed, held until the unit ends. `bytes`: what `binaryContent` read before.
 * @throws ChartsealError `not-found`, `deleted`, `precondition-failed`; `at`: the entry of a Bundle that asks
 */
export const currentContent = async (
  view: UnitView,
  key: RecordKey | undefined,
  { preconditions, bytes, at = {} }: { preconditions: Preconditions; bytes: Uint8Array | undefined; at?: Place },
): Promise<Incoming | 'moved'> => {
  refuseMadeProvenance(key, at);
  const current = key && view.current(key);
  if (key === undefined || current === undefined) throw missing(at);
  refuseAuditEntries(current, at);
  checkPreconditions(preconditions, current, () => at);
  if (current.state === 'deleted') throw gone(at);
  return withContent(readStored(await view.content(key)), bytes);
};

/** Of a Binary, whose version names it by its hash alone; a unit cannot read it. */
export const binaryContent = async (records: RecordStore, key: RecordKey): Promise<Uint8Array | undefined> => {
  if (key.resourceType !== 'Binary') return undefined;
  const version = await records.read(key);
  return version && records.bytes(key, version.versionId);
};

/** A Binary as its client has it. `moved`: another version is current by now. */
const withContent = (incoming: Incoming, bytes: Uint8Array | undefined): Incoming | 'moved' => {
  const { resource } = incoming;
  if (resource.resourceType !== 'Binary' || contentHash(resource) === undefined) return incoming;
  if (bytes === undefined || !isContentOf(resource, bytes)) return 'moved';
  joinContent(resource, bytes);
  return incoming;
};

/** R4 http.html#patch: a patch cannot make another record of it. `path`: see `requireValid`. */
export const requireIdentity = (
  resource: IncomingResource,
  { resourceType, id }: RecordKey,
  path = resourceType,
): IncomingResource => {
  const changed = resource.resourceType !== resourceType ? 'resourceType' : resource.id !== id ? 'id' : undefined;
  if (changed === undefined) return resource;
  throw refusal('invalid', {
    code: 'business-rule',
    expression: `${path}.${changed}`,
    diagnostics: 'cannot be changed',
  });
};
