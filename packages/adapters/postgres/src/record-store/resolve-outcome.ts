import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '@chartseal/ports';
import type { Database, Statement } from '../database/database.ts';
import { isConnectionLoss, isUniqueViolation } from '../database/pg-error.ts';
import type { WrittenSlot } from './write-versions.ts';

/** PostgreSQL is back from a crash by then, or it takes longer than a request waits. */
const pausesMs = [0, 50, 100, 200, 400, 800, 1600, 2000] as const;

/** Where each attempt itself waits for a server that says nothing. */
const longestMs = 10_000;

const unreachable = (error: unknown): boolean =>
  isConnectionLoss(error) || (error instanceof ChartsealError && error.kind === 'store-unavailable');

/** Until the store answers. @throws ChartsealError `outcome-unknown` if it does not */
async function persist<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + longestMs;
  for (const pause of pausesMs) {
    if (performance.now() > deadline) break;
    await sleep(pause);
    try {
      return await attempt();
    } catch (error) {
      if (!unreachable(error)) throw error;
    }
  }
  throw new ChartsealError('outcome-unknown', 'the store was lost while it committed, and is not back yet');
}

/**
 * Whether a transaction that wrote these versions took effect. A transaction is whole, so one version tells for all; its
 * random commitment is nobody else's. For a record that was there its lock is waited for: what may still run is over then.
 */
async function isWritten(database: Database, slots: readonly WrittenSlot[]): Promise<boolean> {
  const slot = slots.find(({ isNew }) => !isNew) ?? slots[0];
  const staged = slot?.versions[0];
  if (slot === undefined || staged === undefined) return false;
  return database.transaction(async (transaction) => {
    await transaction.query({ text: 'select from record where id = $1 for update', values: [slot.id] });
    const rows = await transaction.query({
      text: 'select from version where record = $1 and version_id = $2 and commitment = $3',
      values: [slot.id, staged.stored.versionId, Buffer.from(staged.stored.commitment)],
    });
    return rows.length > 0;
  });
}

/**
 * Runs a statement that makes new records, whatever becomes of its answer: again if it was lost, for the identities that it
 * gives can be taken once only. Rejects with the driver's error, having changed nothing, or with `outcome-unknown`.
 */
export async function insertForSure(
  database: Database,
  statement: Statement,
  slots: readonly WrittenSlot[],
): Promise<void> {
  try {
    await database.query(statement);
    return;
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
  }
  try {
    await persist(() => database.query(statement));
  } catch (error) {
    const isOurs = isUniqueViolation(error) && (await persist(() => isWritten(database, slots)));
    if (!isOurs) throw error;
  }
}

/** After a COMMIT whose answer was lost. @throws ChartsealError `outcome-unknown` unless it is known to have taken effect */
export async function confirm(database: Database, slots: readonly WrittenSlot[], lost: ChartsealError): Promise<void> {
  if (!(await persist(() => isWritten(database, slots)))) throw lost;
}
