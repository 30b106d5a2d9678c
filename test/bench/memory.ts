/**
 * `pnpm bench:memory`: what the gateway's Node process holds at most while large Bundles arrive. The gateway is a process of its own on
 * embedded engines, one for each load; PostgreSQL and this process are not counted. Linux alone tells what is asked here (/proc).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { each } from '../testing/each.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { syntheaEntries, syntheaPatients, type SyntheaPart } from '../testing/synthea.ts';

const mebibyte = 1024 * 1024;
const limitBytes = 50 * mebibyte;

const resident = async (pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
};

/** Seconds of processor that it has had: what a noisy machine does not change. */
const processorSeconds = async (pid: number): Promise<number> => {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

/** From now on VmHWM is the most since now (proc(5), clear_refs). */
const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');

const bundleOf = (type: 'batch' | 'transaction', entries: readonly string[]): string =>
  `{"resourceType":"Bundle","type":"${type}","entry":[${entries.join(',')}]}`;

/** Entries of patient after patient, as many as are wanted. Each patient is whole but the last. */
async function* patients(first: number): AsyncGenerator<string> {
  for (let copy = first; ; copy += 1) for (const name of syntheaPatients) yield* await syntheaEntries(name, copy);
}

/** `keep`: only what refers to nobody that is left out. */
const transactionOf = async (first: number, entries: number, bytes: number): Promise<string> => {
  const taken: string[] = [];
  let size = 100;
  for await (const entry of patients(first)) {
    if (taken.length >= entries || size + entry.length + 1 > bytes) break;
    taken.push(entry);
    size += Buffer.byteLength(entry) + 1;
  }
  const names = new Set(taken.map((entry) => /"fullUrl":\s*"([^"]+)"/.exec(entry)?.[1]));
  // The last patient is cut off: what it refers to may have been lost.
  const text = bundleOf('transaction', taken);
  return text.replace(/"urn:uuid:[0-9a-f-]{36}"/g, (name) => (names.has(name.slice(1, -1)) ? name : '"Group/absent"'));
};

const post = async (gateway: GatewayProcess, body: string): Promise<void> => {
  const { status, text } = await gateway.send('POST', '', { body });
  if (status !== 200) throw new Error(`${status}: ${text.slice(0, 500)}`);
};

const load = async (gateway: GatewayProcess, name: SyntheaPart): Promise<void> =>
  post(gateway, bundleOf('batch', await syntheaEntries(name)));

type Load = {
  readonly what: string;
  readonly limit: number;
  readonly run: (gateway: GatewayProcess) => Promise<() => Promise<number>>;
};

const loads: Readonly<Record<string, Load>> = {
  single: {
    what: 'one transaction of 17,000 entries',
    limit: 1024,
    run: async (gateway) => {
      const body = await transactionOf(1, 17_000, limitBytes);
      return async () => {
        await post(gateway, body);
        return 17_000;
      };
    },
  },
  two: {
    what: 'two transactions of 50 MiB at once',
    limit: 600,
    run: async (gateway) => {
      const bodies = [await transactionOf(1, Infinity, limitBytes), await transactionOf(1001, Infinity, limitBytes)];
      return async () => {
        await Promise.all(bodies.map((body) => post(gateway, body)));
        return bodies.reduce((sum, body) => sum + body.split('"fullUrl"').length - 1, 0);
      };
    },
  },
  many: {
    what: '100,000 resources in Bundles of 100',
    limit: 400,
    run: async (gateway) => async () => {
      const total = Number(process.env['BENCH_RESOURCES'] ?? 100_000);
      const source = patients(1);
      async function* bodies(): AsyncGenerator<string> {
        for (let sent = 0; sent < total; sent += 100) {
          const entries: string[] = [];
          for (let at = 0; at < 100; at += 1) {
            const { value } = await source.next();
            entries.push(
              String(value).replace(/"urn:uuid:[0-9a-f-]{36}"/g, (name) =>
                name === /"fullUrl":\s*("[^"]+")/.exec(String(value))?.[1] ? name : '"Group/absent"',
              ),
            );
          }
          yield bundleOf('batch', entries);
        }
      }
      const waiting = bodies();
      await each(Array.from({ length: 4 }), 4, async () => {
        for await (const body of { [Symbol.asyncIterator]: () => ({ next: () => waiting.next() }) })
          await post(gateway, body);
      });
      return total;
    },
  },
};

const chosen = process.argv.slice(2);
for (const [name, { what, limit, run }] of Object.entries(loads)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await using gateway = await GatewayProcess.start();
  await load(gateway, 'hospitals');
  await load(gateway, 'practitioners');
  const start = await run(gateway);
  await forgetPeak(gateway.pid);
  const before = await resident(gateway.pid, 'VmRSS');
  const worked = await processorSeconds(gateway.pid);
  const began = performance.now();
  const resources = await start();
  const seconds = (performance.now() - began) / 1000;
  const processor = (await processorSeconds(gateway.pid)) - worked;
  const peak = await resident(gateway.pid, 'VmHWM');
  const after = await resident(gateway.pid, 'VmRSS');
  const mib = (value: number): string => value.toFixed(0).padStart(5);
  console.log(
    `${what.padEnd(40)} before ${mib(before)}  peak ${mib(peak)} of ${mib(limit)}  after ${mib(after)} MiB   ${(resources / seconds).toFixed(0)} resources/s, ${((processor / resources) * 1000).toFixed(2)} ms of processor each (${resources})`,
  );
  if (peak > limit) process.exitCode = 1;
}
