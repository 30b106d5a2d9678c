/** `chartseal fsck --incremental`: what it looks at again, and what it notices of the rest. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { proved } from '../testing/proof.ts';
import { withStore } from '../testing/stopped-store.ts';

const many = 300;

describe('fsck --incremental', () => {
  let gateway: GatewayProcess;
  let state: string;
  let base: Buffer | undefined;

  const write = async (count: number): Promise<void> => {
    const entry = `{"resource":{"resourceType":"Basic","code":{"text":"a"}},"request":{"method":"POST","url":"Basic"}}`;
    const body = `{"resourceType":"Bundle","type":"transaction","entry":[${Array(count).fill(entry).join(',')}]}`;
    const { status, text } = await gateway.send('POST', '', { body });
    equal(status, 200, text);
    const { entry: answers } = JSON.parse(text) as { entry: { response: { location: string } }[] };
    await proved(gateway, answers.at(-1)!.response.location.split('/').slice(-4).join('/'));
  };
  /** Each look goes on from the same clean one. */
  const look = async (extent: 'full' | 'incremental', status: number, said: RegExp): Promise<string> => {
    if (base !== undefined) await writeFile(state, base);
    const ended = await fsck(gateway.dataDirectory, {}, extent);
    match(ended.output, said);
    equal(ended.status, status, ended.output);
    return ended.output;
  };
  const damaged = async (text: string, undo: string, looks: () => Promise<unknown>): Promise<void> =>
    withStore(gateway.dataDirectory, async (sql) => {
      await sql(text);
      await looks();
      await sql(undo);
    });
  const turned = (leaf: number, from: string, to: string): string =>
    `update version set content = replace(content, '"${from}"', '"${to}"') where record = (select r.id from record r
      join leaf l on l.handle = r.handle where l.log = 'records' and l.leaf_index = ${leaf})`;

  before(async () => {
    gateway = await GatewayProcess.start();
    state = join(gateway.dataDirectory, 'fsck.json');
    await write(many);
    await gateway.kill('SIGTERM');
  });
  after(() => gateway[Symbol.asyncDispose]());

  it('looks at everything where there is nothing to go on from', async () => {
    const output = await look('incremental', 0, /^there was no clean run to go on from$/m);
    match(output, /^looked at everything: 30\d versions/m);
    base = await readFile(state);
  });

  it('looks at what came since, alone, and says so', async () => {
    await gateway.restart();
    await write(3);
    await gateway.kill('SIGTERM');
    const output = await look('incremental', 0, /^looked at what is new: \d versions/m);
    match(output, /^not looked at again since it was clean on .* below leaf 300 of records and \d of access$/m);
    match(output, /^clean: \d versions, \d leaves, \d+ blocks; \d not anchored yet$/m);
    await look('full', 0, /^clean: 3\d\d versions, 3\d\d leaves/m);
  });

  it('names what is wrong with what is new, and what is not clean is not gone on from', async () => {
    await damaged(turned(302, 'a', 'b'), turned(302, 'b', 'a'), async () => {
      await look('incremental', 1, /^record \S+ version 1: its content is not what its commitment is to$/m);
      deepEqual(await readFile(state), base);
    });
    const leaf = (version: number): string =>
      `update leaf set version_id = ${version} where log = 'records' and leaf_index = 301`;
    await damaged(leaf(7), leaf(1), () => look('incremental', 1, /^records leaf 301: belongs to no stored version$/m));
  });

  it('does not see a content that was changed below, which the full look does', () =>
    damaged(turned(0, 'a', 'b'), turned(0, 'b', 'a'), async () => {
      await look('incremental', 0, /^not looked at again/m);
      await look('full', 1, /^record \S+ version 1: its content/m);
    }));

  it('sees that the tree below is another one, and then looks at everything', async () => {
    const turn = `update tile set data = set_byte(data, 40, get_byte(data, 40) # 1) where log = 'records' and level = 0 and index = 1`;
    await damaged(turn, turn, async () => {
      const output = await look('incremental', 1, /^records log: is not the one that the last clean run verified$/m);
      match(output, /^records tile\/0\/001\.p\/47: is not the hash of what is below it$/m);
      match(output, /^looked at everything/m);
    });
  });

  it('takes no tree that was written for it as proven', async () => {
    const kept = base;
    const file = JSON.parse(String(kept)) as { logs: { records: { tree: string } } };
    const { tree } = file.logs.records;
    for (const [forged, status, said] of [
      [tree.replace(/:(.)/, (_, letter) => (letter === 'A' ? ':B' : ':A')), 1, /^records log: is not the one/m],
      [tree.replace('300:', '449:'), 1, /^records log: is shorter than the last clean run saw it anchored$/m],
      [tree.replace('300:', '3:'), 0, /^there was no clean run to go on from$/m],
    ] as const) {
      file.logs.records.tree = forged;
      base = Buffer.from(JSON.stringify(file));
      await look('incremental', status, said);
    }
    base = kept;
  });
});
