/**
 * Measures a network that `infra/fabric/up` has started and nobody has founded: `node test/fabric/measure.ts <network.json> [seconds of load]`.
 * With seconds it goes on to write and read through every organisation and counts what failed, for whoever does something to the network meanwhile.
 */
import { bareEntry } from '@chartseal/ports/suites';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FabricConnection, type FabricNetwork, openConnection } from './gateway.ts';
import { growingLog } from './growing-log.ts';

const path = process.argv[2] ?? '';
const network = JSON.parse(await readFile(path, 'utf8')) as FabricNetwork;
const channel = network.organizations[0]?.env['FABRIC_CHANNEL'] ?? '';

const ledgerBytes = async (): Promise<number> => {
  const blocks = join(dirname(path), 'peer-a/data/ledgersData/chains/chains', channel, 'blockfile_000000');
  return (await stat(blocks)).size;
};

const quantile = (times: readonly number[], q: number): number =>
  Math.round(times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0);

const timed = async <T>(count: number, prepare: () => Promise<T>, work: (prepared: T) => Promise<unknown>) => {
  const times: number[] = [];
  const before = await ledgerBytes();
  for (let i = 0; i < count; i += 1) {
    const prepared = await prepare();
    const began = performance.now();
    await work(prepared);
    times.push(performance.now() - began);
  }
  const bytes = ((await ledgerBytes()) - before) / count;
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), bytes: Math.round(bytes) };
};

const nothing = async (): Promise<void> => undefined;

const logs = network.organizations.map(({ mspId }) =>
  ['records', 'access'].map((log) => growingLog(`${mspId.toLowerCase()}.example/${log}`, 2 ** 14)),
);

const found = async (connections: readonly FabricConnection[]): Promise<void> => {
  const members = connections.map(({ mspId }, at) => ({
    ...bareEntry(mspId),
    logs: logs[at]?.map(({ entry }) => entry) ?? [],
  }));
  const id = createHash('sha256')
    .update(await readFile(network.genesisBlockFile))
    .digest('hex');
  const document = JSON.stringify({ network: id, members, policy: { implicit: {}, attested: false } });
  for (const connection of connections) await connection.submit('directory', 'Found', document);
};

/** Heartbeats and reads through every organisation; a failure is told by its message. */
const load = async (connections: readonly FabricConnection[], seconds: number): Promise<object> => {
  const counts = { written: 0, read: 0, failed: 0 };
  const failures = new Set<string>();
  const endMs = performance.now() + seconds * 1000;
  const repeat = async (what: 'written' | 'read', work: () => Promise<unknown>): Promise<void> => {
    while (performance.now() < endMs) {
      try {
        await work();
        counts[what] += 1;
      } catch (error) {
        counts.failed += 1;
        failures.add(describe(error));
      }
      await sleep(20);
    }
  };
  await Promise.all(
    connections.flatMap((connection) => [
      ...Array.from({ length: 4 }, () => repeat('written', () => connection.submit('anchor', 'Heartbeat'))),
      ...Array.from({ length: 4 }, () => repeat('read', () => connection.evaluate('directory', 'List'))),
    ]),
  );
  return { ...counts, failures: [...failures] };
};

const describe = (error: unknown): string => {
  const { name, message, details } = error as Error & { details?: readonly { message: string }[] };
  return `${name}: ${message} ${details?.map((each) => each.message).join('; ') ?? ''}`.replaceAll(
    /[0-9a-f]{64}/g,
    '…',
  );
};

const connections = await Promise.all(network.organizations.map(({ env }) => openConnection(env)));
const [first] = connections;
if (first === undefined) throw new Error('the network has no organisation');
await first.evaluate('directory', 'Network').catch(() => found(connections));
const heartbeat = await timed(20, nothing, () => first.submit('anchor', 'Heartbeat'));
const bothCheckpoints = async (): Promise<string> =>
  JSON.stringify({ checkpoints: await Promise.all((logs[0] ?? []).map((log) => log.next(40))) });
const anchorBoth = (checkpoints: string): Promise<string> => first.submit('anchor', 'Anchor', checkpoints);
const seconds = Number(process.argv[3] ?? 0);
console.log(JSON.stringify({ heartbeat }));
if (seconds === 0) {
  await anchorBoth(await bothCheckpoints());
  const anchor = await timed(20, bothCheckpoints, anchorBoth);
  const evaluate = await timed(100, nothing, () => first.evaluate('directory', 'List'));
  console.log(JSON.stringify({ anchor, evaluate: { p50: evaluate.p50, p95: evaluate.p95 } }));
} else console.log(JSON.stringify(await load(connections, seconds)));
for (const connection of connections) connection[Symbol.dispose]();
