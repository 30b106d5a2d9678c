/**
 * `pnpm test`: every *.test.ts beside the code and under test/, on one PostgreSQL that is started for the run. Patterns as arguments choose
 * others: `pnpm test:faults` those that kill and damage, which take longer.
 */
import { appendFileSync, globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { startTestPostgres } from './testing/postgres.ts';

const patterns = ['packages/**/*.test.ts', 'services/**/*.test.ts', 'test/**/*.test.ts'];
const chosen = process.argv.slice(2);
const left = chosen.length > 0 ? ['**/node_modules/**'] : ['**/node_modules/**', 'test/faults/**'];
const files = globSync(chosen.length > 0 ? chosen : patterns, { exclude: left }).toSorted();

const postgres = await startTestPostgres();
process.env['CHARTSEAL_TEST_POSTGRES'] = JSON.stringify(postgres.settings);

const counts = { passed: 0, failed: 0, skipped: 0 };
const results = run({ files, concurrency: 2, timeout: 600_000 });
results.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined) counts.skipped += 1;
  else counts.passed += 1;
});
results.on('test:fail', (event) => {
  if (event.details.type !== 'suite') counts.failed += 1;
});
const output = results.compose(spec);
output.pipe(process.stdout);
await new Promise((resolve) => output.once('end', resolve));
await postgres.stop();

const { passed, failed, skipped } = counts;
const summary = process.env['CHARTSEAL_TEST_SUMMARY'];
if (summary !== undefined) appendFileSync(summary, `${passed} ${failed} ${skipped}\n`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
