/** `pnpm test:engines`: the port suites and faults on real engines, started for the run and stopped again. */
import { appendFileSync, globSync, readFileSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { announce, KafkaBroker, missingForKafka } from './kafka-broker.ts';

const chosen = process.argv.slice(2);
const files = globSync(chosen.length > 0 ? chosen : ['test/engines/*.engine.ts']).toSorted();
const counts = { passed: 0, failed: 0, skipped: 0 };

const runFiles = async (): Promise<void> => {
  // One at a time: the faults kill the broker that all of them share.
  const results = run({ files, concurrency: 1, timeout: 300_000 });
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
};

/** The tests that would have run: those of the files, and of the port suite that one of them runs. */
const countTests = (): number =>
  [...files, 'packages/ports/src/suites/event-log.ts']
    .map((file) => readFileSync(file, 'utf8').match(/^\s+it\(/gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);

const missing = missingForKafka();
if (missing.length === 0) {
  const port = Number(process.env['KAFKA_PORT'] ?? 19_192);
  const instance = `test-${process.pid}`;
  const broker = new KafkaBroker(instance, port);
  announce(instance, port);
  try {
    await broker.up();
    await runFiles();
  } finally {
    await broker.remove();
  }
} else {
  counts.skipped += countTests();
  console.log(
    `\nKAFKA'S TESTS WERE SKIPPED: ${missing.join(', ').toUpperCase()} MISSING ON THIS MACHINE (infra/kafka/up says how to get it)`,
  );
}

const { passed, failed, skipped } = counts;
const summary = process.env['CHARTSEAL_TEST_SUMMARY'];
if (summary !== undefined) appendFileSync(summary, `${passed} ${failed} ${skipped}\n`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed + skipped > 0 ? 0 : 1);
