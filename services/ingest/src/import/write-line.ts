import { canonicalJson, setServerMeta } from '@chartseal/fhir';
import { isKind, type ErrorKind, type RecordKey, type RecordStore } from '@chartseal/ports';
import type { IngestDependencies } from '../dependencies.ts';
import { contentDraft } from '../draft.ts';
import { refusal, type Admitted } from '../intake.ts';
import { refuseAuditEntries, refuseMadeProvenance } from '../preconditions.ts';
import { refusedLine, type AdmittedLine, type RefusedLine } from './admit-line.ts';

export type SettledLine = { readonly kind: 'created' | 'updated' } | RefusedLine;

/** No line's fault: the whole batch is done again, once that is over. */
const passing: readonly ErrorKind[] = ['store-unavailable', 'outcome-unknown', 'fenced'];

/** How often others may write to the record while this line is being written. */
const attempts = 8;

/**
 * Writes a line once, however often it is done: a batch that was cut off is done again from its beginning, perhaps while its first run still
 * ends in a process that was held to be dead. `before`: the record's version when the batch began, which is saved before its first line is written.
 * @throws what is no line's fault
 */
export const writeLine = async (
  dependencies: IngestDependencies,
  line: AdmittedLine,
  before: number,
): Promise<SettledLine> => {
  try {
    refuseMadeProvenance(line.key);
    await (line.kind === 'new' ? create(dependencies, line) : update(dependencies, line, before));
    return { kind: before === 0 ? 'created' : 'updated' };
  } catch (error) {
    if (passing.some((kind) => isKind(error, kind))) throw error;
    return refusedLine(line.line, error);
  }
};

/** Nobody else makes records of that id: where there is one, this line has made it. */
const create = async (dependencies: IngestDependencies, { key, admitted }: AdmittedLine): Promise<void> => {
  await dependencies.records.commit({
    touches: [key],
    exclusive: [],
    plan: (view) => (view.current(key) === undefined ? [contentDraft(dependencies, key, admitted)] : []),
  });
};

const update = async (
  dependencies: IngestDependencies,
  { key, admitted }: AdmittedLine,
  before: number,
): Promise<void> => {
  const { records } = dependencies;
  let expected = before;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    let found = expected;
    await records.commit({
      touches: [key],
      exclusive: [],
      plan: (view) => {
        const current = view.current(key);
        refuseAuditEntries(current);
        found = current?.versionId ?? 0;
        return found === expected ? [contentDraft(dependencies, key, admitted)] : [];
      },
    });
    if (found === expected || (await isWritten(records, key, before, admitted))) return;
    expected = found;
  }
  throw refusal('conflict', { code: 'conflict', diagnostics: 'others change the record all the time' });
};

const page = 20;

/** Whether one of the versions after `before` has this content. */
const isWritten = async (
  records: RecordStore,
  key: RecordKey,
  before: number,
  { resource, numbers }: Admitted,
): Promise<boolean> => {
  let newer: number | undefined;
  for (;;) {
    const versions = await records.history(key, { limit: page, ...(newer === undefined ? {} : { before: newer }) });
    for (const { versionId, lastUpdated, content } of versions) {
      if (versionId <= before) return false;
      setServerMeta(resource, { id: key.id, versionId: String(versionId), lastUpdated });
      if (canonicalJson(resource, numbers) === content) return true;
      newer = versionId;
    }
    if (versions.length < page) return false;
  }
};
