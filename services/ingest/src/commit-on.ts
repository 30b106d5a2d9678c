import type { Draft, RecordKey, RecordStore, StoredVersion, UnitView } from '@chartseal/ports';
import { matchCondition, oneOrNone, type Condition } from './condition.ts';
import { refusal } from './intake.ts';

/** What a write is about: the record of that id, or the one that the condition finds. */
export type Target =
  | { readonly kind: 'id'; readonly key: RecordKey }
  | { readonly kind: 'condition'; readonly condition: Condition };

export type TargetPlan = {
  readonly target: Target;
  /** Looked at besides. */
  readonly touches?: readonly RecordKey[];
  /** Of conditions besides the target's own. */
  readonly locks?: readonly string[];
  /** Before each try, outside the transaction: what the plan needs and cannot read inside. */
  readonly prepare?: (key: RecordKey | undefined) => Promise<void>;
  /** `key`: the target's; undefined where the condition finds nothing. `moved`: what was prepared is out of date. May run more than once. */
  readonly plan: (
    view: UnitView,
    key: RecordKey | undefined,
  ) => Promise<readonly Draft[] | 'moved'> | readonly Draft[] | 'moved';
};

/** How often what a condition finds may change between look and lock. Only who writes without a condition can do that. */
const attempts = 8;

/**
 * A unit must know beforehand which records it holds, and only a search tells of a condition. So it looks, holds what it found, and
 * looks again inside; if that is another record by now, it starts over.
 * @throws ChartsealError `precondition-failed` where several match, `conflict` where it changes all the time
 */
export const commitOn = async (
  records: RecordStore,
  { target, touches = [], locks = [], prepare, plan }: TargetPlan,
): Promise<readonly StoredVersion[]> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await lookUp(records, target);
    await prepare?.(found);
    let state: 'settled' | 'moved' = 'settled';
    const versions = await records.commit({
      touches: [...(found === undefined ? [] : [found]), ...touches],
      exclusive: target.kind === 'condition' ? [...new Set([...target.condition.locks, ...locks])] : [],
      plan: async (view) => {
        const drafts = (await isStill(view, target, found)) ? await plan(view, found) : 'moved';
        state = drafts === 'moved' ? 'moved' : 'settled';
        return drafts === 'moved' ? [] : drafts;
      },
    });
    if (state === 'settled') return versions;
  }
  throw refusal('conflict', { code: 'conflict', diagnostics: 'what the condition finds changes all the time' });
};

const lookUp = async (records: RecordStore, target: Target): Promise<RecordKey | undefined> => {
  if (target.kind === 'id') return target.key;
  const { resourceType } = target.condition;
  const id = oneOrNone(await matchCondition(findNow(records), target.condition));
  return id === undefined ? undefined : { resourceType, id };
};

/** What a search finds outside any unit. */
export const findNow =
  (records: RecordStore) =>
  async (...[query, limit]: Parameters<UnitView['match']>): Promise<readonly string[]> =>
    (await records.search(query, { limit })).versions.map(({ id }) => id);

const isStill = async (view: UnitView, target: Target, found: RecordKey | undefined): Promise<boolean> => {
  if (target.kind === 'id') return true;
  const matched = await matchCondition((query, limit) => view.match(query, limit), target.condition);
  return oneOrNone(matched) === found?.id;
};
