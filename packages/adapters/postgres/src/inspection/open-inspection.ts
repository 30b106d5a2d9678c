import type { LogName } from '@chartseal/ports';
import { Database } from '../database/database.ts';
import type { PostgresSettings } from '../database/settings.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { checkSchema } from '../migrations/migrate.ts';
import type { ContentIndex } from '../record-store/index/content-index.ts';
import { inspectHandles } from './inspected-handles.ts';
import type { InspectedHandle } from './inspected-handles.ts';
import { inspectIndex } from './inspected-index.ts';
import { inspectReach } from './inspected-reach.ts';
import { inspectVersions } from './inspected-versions.ts';
import type { InspectedVersion } from './inspected-versions.ts';
import { lostLeaves } from './lost-leaves.ts';
import { unsequencedVersions, type VersionName } from './unsequenced-versions.ts';
import type { NewSince } from './new-positions.ts';
import { inspectStructure } from './structure.ts';
import type { StructuralProblem } from './structure.ts';

/** What `chartseal fsck` reads. It changes nothing, and works beside running services. */
export interface StoreInspection {
  /** Every version there is, streamed, or those that are new. Rows that cannot be read are named, and the rest goes on. */
  versions(since?: NewSince): AsyncIterable<InspectedVersion>;
  /** Every handle of a Patient that was enrolled. */
  handles(): AsyncIterable<InspectedHandle>;
  /** What contradicts itself. On a store in use a write under way can look like it for a moment: ask again. */
  structure(): AsyncIterable<StructuralProblem>;
  /** Records whose index is not what their content gives; those apart that an older release wrote and nobody has indexed anew. */
  index(indexOf: ContentIndex, since?: NewSince): AsyncIterable<StructuralProblem>;
  /** Versions that have no leaf yet, by the hex of their commitment: those whose commitment is one of these entries. */
  unsequenced(log: LogName, entries: readonly Uint8Array[]): Promise<ReadonlyMap<string, VersionName>>;
  /** Indexes of the leaves that stand for versions that were lost, ascending. */
  lostLeaves(log: LogName): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** A check goes over the whole store. */
const longestLookMs = 60 * 60 * 1000;

/** @throws ChartsealError `misconfigured` if the schema is not this release's; `store-unavailable` */
export async function openInspection(settings: PostgresSettings): Promise<StoreInspection> {
  const database = new Database({ ...settings, poolSize: 2, statementTimeoutMs: longestLookMs });
  try {
    await database.reach();
    await checkSchema(database);
  } catch (error) {
    await database.close();
    throw asChartsealError(error);
  }
  return {
    versions: (since) => inspectVersions(database, since),
    handles: () => inspectHandles(database),
    structure: async function* () {
      yield* inspectStructure(database);
      yield* inspectReach(database);
    },
    index: (indexOf, since) => inspectIndex(database, indexOf, since),
    unsequenced: (log, entries) => unsequencedVersions(database, log, entries),
    lostLeaves: (log) => lostLeaves(database, log),
    close: () => database.close(),
  };
}
