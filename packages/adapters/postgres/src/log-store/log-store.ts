import type { LogName, LogStore, SequencedEntry } from '@chartseal/ports';
import { ChartsealError } from '@chartseal/ports';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { anchoredStatement, markAnchored, toAnchored } from './anchored.ts';
import type { AnchoredRow } from './anchored.ts';
import { append } from './append.ts';
import { logClaims } from './log-claims.ts';
import { readTile } from './tiles.ts';
import { checkLease, takeLease } from './writer.ts';

type LeafRow = {
  readonly log: LogName;
  readonly leaf_index: string;
  readonly handle: string;
  readonly version_id: number;
};

async function entries(
  database: Database,
  log: LogName,
  from: number,
  limit: number,
): Promise<readonly SequencedEntry[]> {
  const rows = await database.read<LeafRow>({
    name: 'log-entries',
    text: `select handle, version_id, leaf_index from leaf where log = $1 and leaf_index >= $2
      order by leaf_index limit $3`,
    values: [log, from, limit],
  });
  return rows.map((row) => ({ handle: row.handle, versionId: row.version_id, leafIndex: Number(row.leaf_index) }));
}

/** The Merkle logs on tables. */
export function postgresLogStore(database: Database): LogStore {
  const transaction = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    try {
      return await database.transaction(work);
    } catch (error) {
      throw asChartsealError(error);
    }
  };
  const reader: Queryable = { query: (statement) => database.read(statement) };

  return {
    lease: (log) => transaction((on) => takeLease(on, log)),

    head: async (log) => {
      const text = 'select tree_size, state from log_writer where log = $1 and tree_size > 0';
      const [row] = await database.read<{ tree_size: string; state: string }>({
        name: 'log-head',
        text,
        values: [log],
      });
      return row && { treeSize: Number(row.tree_size), state: row.state };
    },

    append: (lease, entries, integrate) => transaction((on) => append(on, lease, entries, integrate)),

    readTile: (log, key) => readTile(reader, log, key),

    publishCheckpoint: (lease, { treeSize, note }) =>
      transaction(async (on) => {
        const head = await checkLease(on, lease);
        if (treeSize > head.treeSize)
          throw new ChartsealError('internal', 'a checkpoint cannot be of a larger tree than is integrated');
        const text = `insert into checkpoint as old (log, tree_size, note) values ($1, $2, $3)
          on conflict (log) do update set tree_size = $2, note = $3 where old.tree_size <= $2`;
        await on.query({ name: 'publish-checkpoint', text, values: [lease.log, treeSize, note] });
      }),

    checkpoint: async (log) => {
      const text = 'select tree_size, note from checkpoint where log = $1';
      const [row] = await database.read<{ tree_size: string; note: string }>({
        name: 'checkpoint',
        text,
        values: [log],
      });
      return row && { treeSize: Number(row.tree_size), note: row.note };
    },

    leafIndex: async ({ handle, versionId }) => {
      const text = 'select log, leaf_index from leaf where handle = $1 and version_id = $2';
      const [row] = await database.read<LeafRow>({ name: 'leaf-index', text, values: [handle, versionId] });
      return row && { log: row.log, leafIndex: Number(row.leaf_index) };
    },

    entries: (log, from, limit) => entries(database, log, from, limit),

    anchored: async (log) => {
      const [row] = await database.read<AnchoredRow>(anchoredStatement(log));
      return row && toAnchored(log, row);
    },

    ...logClaims(database, transaction),

    markAnchored: (lease, anchored, events) =>
      transaction(async (on) => {
        await checkLease(on, lease);
        await markAnchored(on, anchored, events);
      }),
  };
}
