import { reachGeneration } from '@chartseal/consent';
import type { Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { reachColumns, reachRows, reachValues, type HeldConsent } from '../permitting-patients/read-reach.ts';
import type { StructuralProblem } from './structure.ts';

const batchSize = 500;
const check = 'whom a consent could permit is not what its text says';
const columns = 'organization, purpose, directive, from_ms, until_ms';

/** Of the directives above `after`; which are consents that were read, and which differ. */
async function inspectBatch(queryable: Queryable, after: number) {
  const consents = await queryable.query<HeldConsent>({
    text: `select position, handle, consent_id, consent_text from directive
      where position > $1 and consent_text is not null and reach_generation = ${reachGeneration}
      order by position limit ${batchSize}`,
    values: [after],
  });
  const last = Number(consents.at(-1)?.position ?? 0);
  const kept = `select ${columns} from consent_reach where directive > $6 and directive <= $7`;
  const different = await queryable.query<{ directive: string }>({
    text: `with given (${columns}) as (${reachValues})
      select directive from ((table given except ${kept}) union (${kept} except table given)) as rows order by directive`,
    values: [...reachColumns(consents.flatMap(reachRows)), after, last],
  });
  return { last, different: different.map(({ directive }) => Number(directive)) };
}

/** Reads what consents say anew, and compares. `place` names the directive's position. */
export async function* inspectReach(queryable: Queryable): AsyncGenerator<StructuralProblem> {
  try {
    for (let after = 0; ;) {
      const { last, different } = await inspectBatch(queryable, after);
      for (const directive of new Set(different)) yield { check, place: `directive ${directive}` };
      if (last === 0) return;
      after = last;
    }
  } catch (error) {
    yield { check, place: asChartsealError(error).message };
  }
}
