/**
 * An import that is killed -9 three times ends with what one that is left alone ends with. `CHARTSEAL_IMPORT_RESOURCES` says how many resources
 * (100000 for the full run), `CHARTSEAL_SYNTHEA` a folder that Synthea has written to, in place of the sample patients.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { folderLines, sampleLines } from '../testing/ndjson.ts';
import { storedVersions } from '../testing/stored-versions.ts';

const count = Number(process.env['CHARTSEAL_IMPORT_RESOURCES'] ?? 3000);
const folder = process.env['CHARTSEAL_SYNTHEA'];
const patience = 60_000 + count * 20;

type Manifest = {
  readonly output: readonly { readonly count: number; readonly extension: { created: number; updated: number } }[];
  readonly error: readonly { readonly url: string; readonly count: number }[];
};

const start = async (gateway: GatewayProcess, urls: readonly string[]): Promise<string> => {
  const input = urls.map((url) => ({ name: 'input', part: [{ name: 'url', valueUrl: url }] }));
  const parameter = [{ name: 'inputFormat', valueCode: 'application/fhir+ndjson' }, ...input];
  const answer = await gateway.send('POST', '$import', {
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    headers: { prefer: 'respond-async' },
  });
  equal(answer.status, 202, answer.text);
  return answer.headers.get('content-location') ?? '';
};

const settled = (progress: string): number =>
  [...progress.matchAll(/(\d+) (?:resources|lines)/g)].reduce((sum, [, number]) => sum + Number(number), 0);

/** Until so many lines are settled; the manifest if that is the end. */
const until = async (gateway: GatewayProcess, status: string, lines: number): Promise<Manifest | undefined> => {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await gateway.send('GET', status);
    if (answer.status === 200) return JSON.parse(answer.text) as Manifest;
    equal(answer.status, 202, answer.text);
    if (settled(answer.headers.get('x-progress') ?? '') >= lines) return undefined;
    if (performance.now() > deadline) throw new Error(`not within ${patience} ms`);
    await sleep(20);
  }
};

const resident = async (gateway: GatewayProcess): Promise<number> =>
  Number(/^VmHWM:\s+(\d+)/m.exec(await readFile(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024;

describe(`An import of ${count} Synthea resources`, () => {
  let directory: string;
  const urls: string[] = [];
  const broken = 7;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'chartseal-import-'));
    await chmod(directory, 0o755);
    let at = 0;
    const lines = async function* (): AsyncGenerator<string> {
      for await (const line of folder === undefined ? sampleLines(count) : folderLines(folder, count)) {
        // Of every third its id is left to the gateway, of every fifth there is another version.
        const isNew = at % 3 === 0 && line.includes('"resourceType": "Observation"');
        yield isNew ? line.replace(/"id":\s*"[^"]*",/, '') : line;
        if (at % (Math.ceil(count / broken) + 1) === 1) yield '{"resourceType":"Patient","gender":"neither of them"}\n';
        if (at % 500 === 5) yield line.replace(/^\{/, '{"language":"en-US",');
        at += 1;
      }
    };
    const path = join(directory, 'synthea.ndjson');
    await pipeline(lines, createWriteStream(path));
    urls.push(pathToFileURL(path).href);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const imported = async (
    kills: number,
  ): Promise<{ manifest: Manifest; errors: string; stored: readonly string[] }> => {
    await using gateway = await GatewayProcess.start({ IMPORT_DIR: directory });
    const began = performance.now();
    const status = await start(gateway, urls);
    for (let kill = 1; kill <= kills; kill += 1) {
      equal(await until(gateway, status, (count * kill) / (kills + 2)), undefined, 'it ended before it was killed');
      await (kill === 2 ? gateway.killWithPostgres() : gateway.kill('SIGKILL'));
      await gateway.restart();
    }
    const manifest = await until(gateway, status, Infinity);
    ok(manifest !== undefined);
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `${kills} kills: ${(count / seconds).toFixed(0)} resources/s, peak ${(await resident(gateway)).toFixed(0)} MiB`,
    );
    const errors = await gateway.send('GET', manifest.error[0]?.url ?? '');
    const stored = await storedVersions(gateway.dataDirectory);
    if (kills > 0) {
      const { status: code, output } = await fsck(gateway.dataDirectory, gateway.environment);
      equal(code, 0, output);
    }
    return { manifest, errors: errors.text, stored };
  };

  it('killed -9 three times it ends with the same content: no record twice, no version twice', async () => {
    const whole = await imported(0);
    const [output] = whole.manifest.output;
    equal(whole.manifest.error[0]?.count, broken);
    equal((output?.extension.created ?? 0) >= count, true);
    const killed = await imported(3);
    const total = ({ manifest: { output: told } }: typeof whole): number[] => told.map((each) => each.count);
    deepEqual(total(killed), total(whole));
    equal(killed.errors, whole.errors);
    equal(killed.stored.length, whole.stored.length);
    deepEqual(killed.stored, whole.stored);
  });
});
