import type { Queryable } from '../database/database.ts';

/** A handle that was enrolled. */
export type InspectedHandle = {
  readonly handle: string;
  readonly state: 'open' | 'closed';
  readonly enrolmentJws: string;
};

type HandleRow = {
  readonly handle: string;
  readonly state: InspectedHandle['state'];
  readonly enrolment_jws: string;
  readonly created: string;
};

const batchSize = 500;

/** Every one, the oldest first. */
export async function* inspectHandles(queryable: Queryable): AsyncGenerator<InspectedHandle> {
  for (let after = '0'; ;) {
    const rows = await queryable.query<HandleRow>({
      text: `select handle, state, enrolment_jws, created from patient_handle
        where created > $1 and state <> 'offered' and enrolment_jws is not null order by created limit ${batchSize}`,
      values: [after],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const { handle, state, enrolment_jws: enrolmentJws } of rows) yield { handle, state, enrolmentJws };
    after = last.created;
  }
}
