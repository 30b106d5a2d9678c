import { mostForks, type Fork, type WitnessStore } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';

type Row = {
  readonly origin: string;
  readonly tree_size: string;
  readonly root_hash: string;
  readonly kind: Fork['kind'];
  readonly note: string;
  readonly against: string;
  readonly old_size: string;
  readonly proof: string;
  readonly seen_at: string;
};

const toFork = (row: Row): Fork => ({
  origin: row.origin,
  treeSize: Number(row.tree_size),
  rootHash: row.root_hash,
  kind: row.kind,
  note: row.note,
  against: row.against,
  oldSize: Number(row.old_size),
  proof: row.proof === '' ? [] : row.proof.split(' '),
  seenAt: Number(row.seen_at),
});

/** Within a transaction that holds the origin. */
export const keepFork = async (on: Queryable, fork: Fork): ReturnType<WitnessStore['keepFork']> => {
  const { origin, treeSize, rootHash, kind, note, against, oldSize, proof, seenAt } = fork;
  const [known] = await on.query<{ kind: Fork['kind'] }>({
    text: 'select kind from witnessed_fork where origin = $1 and tree_size = $2 and root_hash = $3',
    values: [origin, treeSize, rootHash],
  });
  if (known?.kind === kind || known?.kind === 'equivocation') return 'known';
  const [kept] = await on.query<{ count: string }>({
    text: 'select count(*) from witnessed_fork where origin = $1 and kind = $2',
    values: [origin, kind],
  });
  if (Number(kept?.count ?? 0) >= mostForks) return 'full';
  await on.query({
    text: `insert into witnessed_fork (origin, tree_size, root_hash, kind, note, against, old_size, proof, seen_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (origin, tree_size, root_hash) do update
      set kind = $4, note = $5, against = $6, old_size = $7, proof = $8, seen_at = $9`,
    values: [origin, treeSize, rootHash, kind, note, against, oldSize, proof.join(' '), seenAt],
  });
  return 'kept';
};

/** The newest first. */
export const forksOf = async (on: Queryable, origin: string | undefined): Promise<readonly Fork[]> => {
  const text = `select * from witnessed_fork where $1::text is null or origin = $1 order by seen_at desc, position desc`;
  return (await on.query<Row>({ text, values: [origin ?? null] })).map(toFork);
};
