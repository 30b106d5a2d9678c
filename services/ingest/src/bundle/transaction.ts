import type { NumberSpelling } from '@chartseal/fhir';
import type { RecordKey, RecordStore, StoredVersion } from '@chartseal/ports';
import { requireScope, type Principal } from '@chartseal/server';
import { binaryContent } from '../change.ts';
import { findNow } from '../commit-on.ts';
import { identifierLocks } from '../condition.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { refusal } from '../intake.ts';
import type { Return } from '../prefer.ts';
import { admitEntries } from './admit-entries.ts';
import { conditionOf, inProcessingOrder, scopeOf, type BundleEntry, type WriteEntry } from './entry.ts';
import { givenKeys, heldKeys, identify } from './identities.ts';
import { nameOf, planTransaction, type Step } from './plan-transaction.ts';
import { answerTo, type EntryOutcome, type EntryWrite } from './response.ts';

/** How often what its conditions find may change between look and lock. */
const attempts = 8;

/**
 * R4 http.html#transaction: all entries or none, in one database transaction. References between entries and conditional ones
 * are resolved inside it.
 * @throws ChartsealError naming the entry that cannot be carried out; nothing is stored then
 */
export const transaction = async (
  dependencies: IngestDependencies,
  writes: readonly WriteEntry[],
  numbers: NumberSpelling,
  preferred: Return | undefined,
): Promise<ReadonlyMap<number, EntryOutcome>> => {
  const { records } = dependencies;
  const admitted = await admitEntries(dependencies, writes, numbers);
  const newIds = new Map(writes.map((entry) => [entry.index, dependencies.randomUuid()]));
  const exclusive = [...new Set(writes.flatMap(locksOf))];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const held = await look(records, writes, newIds);
    let steps: readonly Step[] | 'moved' = 'moved';
    const versions = await records.commit({
      touches: held.touches,
      exclusive,
      plan: async (view) => {
        steps = await planTransaction(dependencies, view, { writes, admitted, newIds, ...held });
        return steps === 'moved' ? [] : steps.flatMap((step) => (step.kind === 'write' ? [step.draft] : []));
      },
    });
    if (steps !== 'moved') return outcomes(dependencies, steps, versions, preferred);
  }
  throw refusal('conflict', { code: 'conflict', diagnostics: 'what the conditions find changes all the time' });
};

/** Which records the unit is to hold, as conditions find them now; and what it cannot read inside. */
const look = async (
  records: RecordStore,
  writes: readonly WriteEntry[],
  newIds: ReadonlyMap<number, string>,
): Promise<{ readonly touches: readonly RecordKey[]; readonly contents: ReadonlyMap<number, Uint8Array> }> => {
  const onOld = writes.filter(({ kind }) => kind !== 'create');
  const identities = await identify(findNow(records), onOld, newIds);
  const contents = new Map<number, Uint8Array>();
  for (const entry of onOld) {
    const key = entry.kind === 'patch' ? identities.byIndex.get(entry.index)?.key : undefined;
    const bytes = key && (await binaryContent(records, key));
    if (bytes !== undefined) contents.set(entry.index, bytes);
  }
  return { touches: [...heldKeys(onOld, identities), ...givenKeys(onOld)], contents };
};

const locksOf = (entry: WriteEntry): readonly string[] => {
  const condition = conditionOf(entry);
  if (condition === undefined) return [];
  return [...condition.locks, ...('resource' in entry ? identifierLocks(entry.resource) : [])];
};

/**
 * The entries that write, in R4's order. Reads are the query service's to allow, each by its own scope.
 * @throws ChartsealError `forbidden` for what the token does not permit; `malformed` where two entries are the same
 */
export const writesOf = (principal: Principal, entries: readonly BundleEntry[]): readonly WriteEntry[] => {
  const writes = inProcessingOrder(entries.filter((entry): entry is WriteEntry => entry.kind !== 'read'));
  for (const entry of writes) requireScope(principal, entry.resourceType, scopeOf(entry));
  refuseSameNames(writes);
  return writes;
};

/** R4: "the resources in a transaction SHALL NOT overlap" (http.html#trules), and bdl-7: nor their fullUrls. */
const refuseSameNames = (entries: readonly WriteEntry[]): void => {
  const seen = new Set<string>();
  for (const entry of entries) {
    const own =
      entry.kind !== 'create' && entry.target.kind === 'id' ? [`${entry.resourceType}/${entry.target.id}`] : [];
    for (const name of new Set([entry.fullUrl, ...own].filter((each) => each !== undefined))) {
      if (seen.has(name)) {
        const expression = `Bundle.entry[${entry.index}]`;
        throw refusal('malformed', {
          code: 'duplicate',
          expression,
          diagnostics: 'another entry has the same identity',
        });
      }
      seen.add(name);
    }
  }
};

const outcomes = async (
  dependencies: IngestDependencies,
  steps: readonly Step[],
  versions: readonly StoredVersion[],
  preferred: Return | undefined,
): Promise<ReadonlyMap<number, EntryOutcome>> => {
  const matchedKeys = steps.flatMap((step) => (step.kind === 'existed' ? [step.key] : []));
  const inBundle = new Map(versions.map((version) => [nameOf(version), version]));
  const stored = new Map(
    (await dependencies.records.readMany(matchedKeys)).map((version) => [nameOf(version), version]),
  );
  const rest = versions.values();
  const written = (step: Step): EntryWrite => {
    if (step.kind === 'nothing-to-delete') return { kind: step.kind };
    const version =
      step.kind === 'write' ? rest.next().value : (inBundle.get(nameOf(step.key)) ?? stored.get(nameOf(step.key)));
    if (version === undefined)
      throw refusal('internal', { code: 'exception', diagnostics: 'an entry left no version' });
    return step.kind === 'write'
      ? { kind: step.fresh, version, issues: step.issues }
      : { kind: 'existed', version, issues: [] };
  };
  const answers = new Map<number, EntryOutcome>();
  for (const step of steps) answers.set(step.entry.index, await answerTo(dependencies, written(step), preferred));
  return answers;
};
