/** `pnpm test:engines`: the port suites and faults on real engines, started for the run and stopped again. */
import { globSync, readFileSync } from 'node:fs';
import { conclude, runFiles, type Counts } from '../testing/run-files.ts';
import { announce, KafkaBroker, missingForKafka } from './kafka-broker.ts';

const chosen = process.argv.slice(2);
const files = globSync(chosen.length > 0 ? chosen : ['test/engines/*.engine.ts']).toSorted();
let counts: Counts = { passed: 0, failed: 0, skipped: 0 };

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
    // One at a time: the faults kill the broker that all of them share.
    counts = await runFiles(files, { concurrency: 1, timeoutMs: 300_000 });
  } finally {
    await broker.remove();
  }
} else {
  counts.skipped += countTests();
  console.log(
    `\nKAFKA'S TESTS WERE SKIPPED: ${missing.join(', ').toUpperCase()} MISSING ON THIS MACHINE (infra/kafka/up says how to get it)`,
  );
}

conclude(counts);
