import { AsyncLocalStorage } from 'node:async_hooks';
import type { Draft, RecordStore, WriteUnit } from '@chartseal/ports';
import { activeSpan, inSpan } from './span.ts';

const boundDraft = (draft: Draft): Draft => ({
  ...draft,
  seal: AsyncLocalStorage.bind((position) => draft.seal(position)),
});

const boundUnit = (unit: WriteUnit): WriteUnit => {
  const plan = AsyncLocalStorage.bind(async (view: Parameters<WriteUnit['plan']>[0]) => unit.plan(view));
  const bind = AsyncLocalStorage.bind((drafts: readonly Draft[]) => drafts.map(boundDraft));
  return { ...unit, plan: async (view) => bind(await plan(view)) };
};

/**
 * The same store, with a span for each commit. Units that share one transaction (RecordStore law 5) are planned by whichever came first: bound to
 * the request that made it, each still sends its own trace with its events.
 */
export const tracedRecords = (records: RecordStore): RecordStore => {
  const commit: RecordStore['commit'] = (unit) =>
    activeSpan() === undefined
      ? records.commit(unit)
      : inSpan('commit', { kind: 'client' }, () => records.commit(boundUnit(unit)));
  return {
    commit,
    read: (key) => records.read(key),
    vread: (key, versionId) => records.vread(key, versionId),
    readMany: (keys) => records.readMany(keys),
    byHandle: (handle) => records.byHandle(handle),
    history: (key, options) => records.history(key, options),
    historyOf: (scope, options) => records.historyOf(scope, options),
    search: (query, options) => records.search(query, options),
    count: (query) => records.count(query),
    bytes: (key, versionId) => records.bytes(key, versionId),
    compartment: (patientId, options) => records.compartment(patientId, options),
    referrers: (key, limit) => records.referrers(key, limit),
    isEmpty: () => records.isEmpty(),
  };
};
