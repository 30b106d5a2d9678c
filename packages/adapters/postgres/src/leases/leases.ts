import type { Leases } from '@chartseal/ports';
import type { Database } from '../database/database.ts';

/** Two that insert or update the same row wait for each other; the second then sees the first's. */
const hold = `
insert into lease as held (task, holder, ends_at)
values ($1, $2, clock_timestamp() + $3::double precision * interval '1 millisecond')
on conflict (task) do update set holder = excluded.holder, ends_at = excluded.ends_at
where held.holder = excluded.holder or held.ends_at <= clock_timestamp()
returning 1 as held`;

/** Leases as rows. */
export const postgresLeases = (database: Database): Leases => ({
  hold: async (task, holder, ttlMs) => {
    const rows = await database.write({ name: 'hold lease', text: hold, values: [task, holder, ttlMs] });
    return rows.length === 1 ? 'held' : 'elsewhere';
  },
  release: async (task, holder) => {
    await database.write({ text: 'delete from lease where task = $1 and holder = $2', values: [task, holder] });
  },
});
