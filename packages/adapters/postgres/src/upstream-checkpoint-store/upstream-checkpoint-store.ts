import type { HeldCheckpoint, UpstreamCheckpoint, UpstreamCheckpointStore } from '@chartseal/ports';
import type { Database, Statement } from '../database/database.ts';
import { textArray } from '../database/binary-array.ts';
import { takeStep } from './take-step.ts';

type CheckpointRow = { readonly resource_type: string; readonly revision: string; readonly checkpoint: string };
type KnownRow = {
  readonly id: string;
  readonly owner: string | null;
  readonly seen: Buffer | null;
  readonly refused: Buffer | null;
};

const known = `
select id, taken.upstream as owner, taken.seen, refused.seen as refused
from (select id, upstream, seen from upstream_record where resource_type = $2 and id = any($3::text[])) taken
full join (select id, seen from upstream_refused where upstream = $1 and resource_type = $2 and id = any($3::text[])) refused
  using (id)`;

const claim = `
insert into upstream_record (resource_type, id, upstream)
select $2, id, $1 from unnest($3::text[]) id order by id
on conflict do nothing`;

const refusals = `
select resource_type, id, reason from upstream_refused
where upstream = $1 and (resource_type, id) > ($2, $3) order by resource_type, id limit $4`;

const held = (row: CheckpointRow): HeldCheckpoint => ({
  resourceType: row.resource_type,
  revision: Number(row.revision),
  checkpoint: JSON.parse(row.checkpoint) as UpstreamCheckpoint,
});

/** Checkpoints, ownership and refusals as rows. */
export const postgresUpstreamCheckpointStore = (database: Database): UpstreamCheckpointStore => {
  const write = async (statement: Statement): Promise<void> => void (await database.write(statement));
  return {
    checkpoints: async (upstream) => {
      const text = `select resource_type, revision, checkpoint from upstream_checkpoint where upstream = $1
        order by resource_type`;
      return (await database.read<CheckpointRow>({ text, values: [upstream] })).map(held);
    },

    known: async (upstream, resourceType, ids) => {
      if (ids.length === 0) return [];
      const values = [upstream, resourceType, textArray(ids)];
      const rows = await database.read<KnownRow>({ name: 'upstream-known', text: known, values });
      return rows.map(({ id, owner, seen, refused }) => ({
        id,
        ...(owner === null ? {} : { owner }),
        ...(seen === null ? {} : { seen: new Uint8Array(seen) }),
        ...(refused === null ? {} : { refused: new Uint8Array(refused) }),
      }));
    },

    claim: async (upstream, resourceType, ids) => {
      if (ids.length === 0) return;
      await write({ name: 'upstream-claim', text: claim, values: [upstream, resourceType, textArray(ids)] });
    },

    advance: (step) => takeStep(database, step),

    refusals: async (upstream, { after, limit }) => {
      const values = [upstream, after?.resourceType ?? '', after?.id ?? '', limit];
      const rows = await database.read<{ resource_type: string; id: string; reason: string }>({
        text: refusals,
        values,
      });
      return rows.map(({ resource_type: resourceType, id, reason }) => ({ resourceType, id, reason }));
    },

    refusedCounts: async (upstream) => {
      const text = `select resource_type, count(*) as records from upstream_refused where upstream = $1 group by resource_type
        order by resource_type`;
      const rows = await database.read<{ resource_type: string; records: string }>({ text, values: [upstream] });
      return rows.map((row) => ({ resourceType: row.resource_type, records: Number(row.records) }));
    },
  };
};
