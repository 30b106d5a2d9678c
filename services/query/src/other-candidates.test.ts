/** Where candidates are looked for changes nothing in what is found: ADR 0026. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import fc from 'fast-check';
import { population, questions, worldsWith } from './testing/population.ts';
import { answersOf } from './testing/woven-records.ts';

/** Asks both worlds everything. @returns how many questions had an answer with anything in it */
const compare = async ({ narrowed, whole }: Awaited<ReturnType<typeof worldsWith>>): Promise<number> => {
  let answered = 0;
  for (const question of questions) {
    const expected = await answersOf(whole, question);
    assert.deepEqual(await answersOf(narrowed, question), expected, question);
    if (JSON.stringify(expected).includes('"entry"')) answered += 1;
  }
  return answered;
};

describe('what another organisation finds among the patients who may permit it is what it finds among all', () => {
  it('in memory', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(population, async (generated) => {
        answered += await compare(await worldsWith(generated));
      }),
      { numRuns: 12, seed: 2 },
    );
    assert.ok(answered > questions.length * 6);
  });

  describe('on PostgreSQL', () => {
    let postgres: Awaited<ReturnType<typeof temporaryPostgres>>;
    let stores: PostgresStores;
    before(async () => {
      postgres = await temporaryPostgres();
      stores = await openPostgres(postgres.connection);
    });
    after(async () => {
      await stores.close();
      await postgres.close();
    });

    it('the same', async () => {
      // One store for all: each run writes over what the one before it left.
      await fc.assert(
        fc.asyncProperty(population, async (generated) => {
          await compare(await worldsWith(generated, { records: stores.records }));
        }),
        { numRuns: 3, seed: 3 },
      );
    });
  });
});
