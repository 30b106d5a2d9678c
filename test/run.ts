/**
 * `pnpm test`: every *.test.ts beside the code and under test/, on one PostgreSQL that is started for the run. Patterns as arguments choose
 * others: `pnpm test:faults` those that kill and damage, `pnpm test:mutations` those that break each rule of disclosure, which take longer; `pnpm test:timing` what has to be
 * alone on its machine.
 */
import { globSync } from 'node:fs';
import { startTestPostgres } from './testing/postgres.ts';
import { conclude, runFiles } from './testing/run-files.ts';

const patterns = ['packages/**/*.test.ts', 'services/**/*.test.ts', 'test/**/*.test.ts'];
const chosen = process.argv.slice(2);
const left =
  chosen.length > 0
    ? ['**/node_modules/**']
    : ['**/node_modules/**', 'test/faults/**', 'test/mutations/**', 'test/timing/**'];
const files = globSync(chosen.length > 0 ? chosen : patterns, { exclude: left }).toSorted();

const postgres = await startTestPostgres();
process.env['CHARTSEAL_TEST_POSTGRES'] = JSON.stringify(postgres.settings);
const counts = await runFiles(files, { concurrency: 2, timeoutMs: 1_800_000 });
await postgres.stop();
conclude(counts);
