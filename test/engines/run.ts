/**
 * `pnpm test:engines`: the port suites, the story and the faults on real engines, started through the scripts of infra/ and stopped again; what
 * this machine lacks is said in capitals.
 */
import { globSync } from 'node:fs';
import { conclude, runFiles } from '../testing/run-files.ts';
import { engineNames, lackOf } from './available.ts';
import { announce, KafkaBroker } from './kafka-broker.ts';

const chosen = process.argv.slice(2);
const files = globSync(chosen.length > 0 ? chosen : ['test/engines/*.engine.ts']).toSorted();

// Kafka's own files share a broker; the others start what they need themselves.
const port = Number(process.env['KAFKA_PORT'] ?? 19_192);
const instance = `test-${process.pid}`;
const broker = new KafkaBroker(instance, port);
announce(instance, port);
if (lackOf('kafka') === undefined) await broker.up();
// One at a time: faults kill what others would share.
const counts = await runFiles(files, { concurrency: 1, timeoutMs: 1_800_000 });
await broker.remove();
for (const lack of engineNames.flatMap((engine) => lackOf(engine) ?? []))
  console.log(`\nTESTS WERE SKIPPED: THIS MACHINE LACKS WHAT THEY NEED. ${lack.toUpperCase()}`);
conclude(counts);
