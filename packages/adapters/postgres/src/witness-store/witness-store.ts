import { ChartsealError, rememberedTrees, type WitnessedTree, type WitnessStore } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { forksOf, keepFork } from './forks.ts';

type TreeRow = {
  readonly origin: string;
  readonly tree_size: string;
  readonly root_hash: string;
  readonly note: string;
};

const toTree = (row: TreeRow): WitnessedTree => ({
  origin: row.origin,
  treeSize: Number(row.tree_size),
  rootHash: row.root_hash,
  note: row.note,
});

const treeColumns = 'tree.origin, tree.tree_size, tree.root_hash, tree.note';

/** One at a time for each origin: whoever comes second finds what the first one took. */
const holdOrigin = (on: Queryable, origin: string): Promise<unknown> =>
  on.query({ text: 'select pg_advisory_xact_lock($1)', values: [lockNumber('witness', origin)] });

/** Within a transaction. */
const newestOf = async (on: Queryable, origin: string): Promise<WitnessedTree | undefined> => {
  const text = `select ${treeColumns} from witnessed_log join witnessed_tree tree using (origin, tree_size)
    where origin = $1`;
  const [row] = await on.query<TreeRow>({ text, values: [origin] });
  return row && toTree(row);
};

const take = async (on: Queryable, { origin, treeSize, rootHash, note }: WitnessedTree): Promise<void> => {
  await on.query({
    text: `insert into witnessed_log (origin, tree_size) values ($1, $2)
      on conflict (origin) do update set tree_size = $2`,
    values: [origin, treeSize],
  });
  await on.query({
    text: 'insert into witnessed_tree (origin, tree_size, root_hash, note) values ($1, $2, $3, $4)',
    values: [origin, treeSize, rootHash, note],
  });
  await on.query({
    text: `delete from witnessed_tree where origin = $1 and tree_size <= (
      select tree_size from witnessed_tree where origin = $1 order by tree_size desc offset $2 limit 1)`,
    values: [origin, rememberedTrees],
  });
};

/** Within a transaction. */
const advance = async (
  on: Queryable,
  from: number,
  tree: WitnessedTree,
): Promise<Awaited<ReturnType<WitnessStore['advance']>>> => {
  await holdOrigin(on, tree.origin);
  const newest = await newestOf(on, tree.origin);
  if ((newest?.treeSize ?? 0) !== from) return 'overtaken';
  if (tree.treeSize < from) throw new ChartsealError('conflict', 'a witness does not cosign a smaller tree');
  if (newest?.treeSize !== tree.treeSize) await take(on, tree);
  else if (newest.rootHash !== tree.rootHash)
    throw new ChartsealError('conflict', 'a witness does not cosign two roots of one size');
  await on.query({
    text: `delete from witnessed_fork where origin = $1 and tree_size = $2 and root_hash = $3 and kind = 'unproven'`,
    values: [tree.origin, tree.treeSize, tree.rootHash],
  });
  return 'advanced';
};

/** On tables; no two transactions about one origin at once. */
export const postgresWitnessStore = (database: Database): WitnessStore => {
  const transaction = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    try {
      return await database.transaction(work);
    } catch (error) {
      throw asChartsealError(error);
    }
  };
  const reader: Queryable = { query: (statement) => database.read(statement) };
  return {
    newest: (origin) => newestOf(reader, origin),

    cosigned: async (origin, treeSize) => {
      const text = `select ${treeColumns} from witnessed_tree tree where origin = $1 and tree_size = $2`;
      const [row] = await database.read<TreeRow>({ text, values: [origin, treeSize] });
      return row && toTree(row);
    },

    advance: (from, tree) => transaction((on) => advance(on, from, tree)),

    keepFork: (fork) =>
      transaction(async (on) => {
        await holdOrigin(on, fork.origin);
        return keepFork(on, fork);
      }),

    forks: (origin) => forksOf(reader, origin),

    trees: async () => {
      const text = `select ${treeColumns} from witnessed_tree tree order by origin collate "C", tree_size`;
      return (await database.read<TreeRow>({ text })).map(toTree);
    },
  };
};
