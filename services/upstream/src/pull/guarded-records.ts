import { ChartsealError, type RecordKey, type RecordStore, type StoredVersion, type UnitView } from '@chartseal/ports';

/** Whose a record here is, should there be one, and which version of it was looked at. */
export type Standing = {
  readonly owner: 'upstream' | 'local';
  readonly current: StoredVersion | undefined;
};

/** Why nothing was written. */
export type Withheld =
  | 'unchanged' // what would be written is what is there
  | 'local' // somebody here wrote another record under this id
  | 'moved'; // it is not the version any more that was looked at

export type GuardedRecords = { readonly records: RecordStore; readonly withheld: () => Withheld | undefined };

const refused = new ChartsealError('precondition-failed', 'nothing is to be written here');

/**
 * A store for one write of one record, which goes through only if it changes content and overwrites nobody. Content is compared once it was
 * normalised and sealed, by sealing it as the current version would be: equal bytes mean that there is nothing to write.
 */
export const guardedRecords = (records: RecordStore, key: RecordKey, { owner, current }: Standing): GuardedRecords => {
  let withheld: Withheld | undefined;
  const withhold = (reason: Withheld): never => {
    withheld = reason;
    throw refused;
  };
  const isWhatWasLookedAt = (view: UnitView): boolean => view.current(key)?.versionId === current?.versionId;
  return {
    withheld: () => withheld,
    records: {
      ...records,
      commit: (unit) =>
        records.commit({
          ...unit,
          plan: async (view) => {
            withheld = undefined;
            if (!isWhatWasLookedAt(view)) return withhold('moved');
            const drafts = await unit.plan(view);
            const [draft] = drafts;
            if (
              current?.state === 'content' &&
              draft?.kind === 'content' &&
              draft.seal(current).content === current.content
            )
              return withhold('unchanged');
            return current !== undefined && owner === 'local' ? withhold('local') : drafts;
          },
        }),
    },
  };
};
