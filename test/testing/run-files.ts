import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

export type Counts = { passed: number; failed: number; skipped: number; readonly failures: string[] };

const testsIn = (file: string): number => readFileSync(file, 'utf8').match(/^\s+it\(/gm)?.length ?? 0;

/** Runs test files with node's own runner and prints what it says. Suites are not counted, tests are. */
export const runFiles = async (
  files: readonly string[],
  options: { concurrency: number; timeoutMs: number },
): Promise<Counts> => {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const results = run({ files, concurrency: options.concurrency, timeout: options.timeoutMs });
  results.on('test:pass', (event) => {
    if (event.details.type === 'suite') {
      // One that was skipped as a whole has run none of its tests: they are counted where they stand.
      if (event.skip !== undefined && event.file !== undefined) counts.skipped += testsIn(event.file);
      return;
    }
    if (event.skip !== undefined) counts.skipped += 1;
    else counts.passed += 1;
  });
  results.on('test:fail', (event) => {
    if (event.details.type === 'suite') return;
    counts.failed += 1;
    const [why = ''] = String(event.details.error.cause ?? event.details.error).split('\n');
    counts.failures.push(`${relative(process.cwd(), event.file ?? '')}: ${event.name}: ${why.slice(0, 300)}`);
  });
  const output = results.compose(spec);
  output.pipe(process.stdout);
  await new Promise((resolve) => output.once('end', resolve));
  return counts;
};

/** The closing line, and the counts for `.ci/run`. Ends the process: with 0 if nothing failed and something was there to run. */
export const conclude = ({ passed, failed, skipped, failures }: Counts): never => {
  // Once more where it is seen: `.ci/run` ends with them.
  const told = process.env['CHARTSEAL_TEST_FAILURES'];
  if (told !== undefined) appendFileSync(told, failures.map((line) => `${line}\n`).join(''));
  const summary = process.env['CHARTSEAL_TEST_SUMMARY'];
  if (summary !== undefined) appendFileSync(summary, `${passed} ${failed} ${skipped}\n`);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed === 0 && passed + skipped > 0 ? 0 : 1);
};
