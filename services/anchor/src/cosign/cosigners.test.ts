/** Own checkpoints before other hospitals' witnesses, those that are away and those that lie. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cosignedNote } from '@chartseal/server';
import { formatCosignerKey, makeCosignerKey, openCosignatures, parseNote } from '@chartseal/tlog';
import { rawEd25519, sha256, verifyEd25519 } from '@chartseal/tlog/node';
import { anchor } from '../anchor.ts';
import { publishCheckpoint } from '../checkpoint.ts';
import { sequence } from '../sequence.ts';
import { announced, openWorld, type World } from '../testing/world.ts';
import { openWitness, type WitnessPlace } from '../testing/witness-place.ts';
import type { Writers } from '../writers.ts';
import { Cosigners } from './cosigners.ts';
import type { WitnessAddress } from './witness-client.ts';

const textOf = (url: string | URL | Request): string => (url instanceof Request ? url.url : url.toString());

describe('Own checkpoints', () => {
  let world: World;
  let writers: Writers;
  let witness: WitnessPlace;
  let leaves = 0;
  before(async () => {
    world = await openWorld();
    writers = world.writers();
    witness = await openWitness('hospital-b', world.stores.witnessed, world.identities, world.ledger);
  });
  after(async () => {
    await witness[Symbol.asyncDispose]();
    await world.close();
  });

  const grow = async (count = 1): Promise<void> => {
    const events = Array.from({ length: count }, () => announced(`r${(leaves += 1)}`));
    await sequence(world, writers, events);
    await publishCheckpoint(world, writers, 'records');
  };
  const cosignersOf = (
    witnesses: readonly WitnessAddress[],
    given: typeof fetch = fetch,
    patienceMs = 1500,
  ): Cosigners =>
    new Cosigners({
      ...world,
      witnesses: () => witnesses,
      ownKeys: Object.values(world.identities).map(({ signer }) => rawEd25519(signer.publicKey)),
      fetch: given,
      patienceMs,
    });
  const outcomes = async (): Promise<Readonly<Record<string, number>>> => {
    const lines = (await world.metrics.text()).matchAll(
      /^chartseal_cosignatures_total\{log="records",outcome="([a-z]+)"\} (\d+)$/gm,
    );
    return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome, Number(count)]));
  };
  const since = async (before: Readonly<Record<string, number>>): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      Object.entries(await outcomes())
        .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
        .filter(([, count]) => count > 0),
    );
  const countIn = async (note: string): Promise<number> =>
    (await openCosignatures(note, [witness.identity.key], verifyEd25519)).length;

  it('go to the ledger with the cosignatures that came in time, and are asked for once', async () => {
    await using cosigners = cosignersOf([witness.address]);
    for (const count of [3, 1, 300]) {
      await grow(count);
      await anchor({ ...world, cosigned: (log) => cosigners.newest(log) }, writers);
      const anchored = await world.logs.anchored('records');
      equal(anchored?.treeSize, leaves);
      equal(await countIn(anchored?.note ?? ''), 1);
    }
    const before = await outcomes();
    deepEqual(before, { cosigned: 3 });
    await cosigners.ask('records');
    deepEqual(await since(before), {});
  });

  it('do not wait for a witness that is away, and get its cosignature when it is back', async () => {
    let isAway = true;
    const mostlyAway: typeof fetch = async (url, init) => {
      if (!isAway) return fetch(url, init);
      await sleep(60_000, undefined, { signal: init?.signal ?? undefined });
      throw new TypeError('never reached');
    };
    await using cosigners = cosignersOf([witness.address], mostlyAway, 50);
    await grow(2);
    const before = await outcomes();
    await anchor({ ...world, cosigned: (log) => cosigners.newest(log) }, writers);
    const anchored = (await world.logs.anchored('records'))?.note ?? '';
    equal(await countIn(anchored), 0);
    await cosigners.ask('records');
    deepEqual(await since(before), { away: 1 });
    isAway = false;
    // It failed just now: it is left alone for a while.
    await cosigners.ask('records');
    deepEqual(await since(before), { away: 1 });
    world.later(3000);
    await cosigners.ask('records');
    deepEqual(await since(before), { away: 1, cosigned: 1 });
    const cosigned = await cosignedNote(world.cosignatures, 'records', anchored);
    equal(await countIn(cosigned), 1);
    ok(cosigned.startsWith(anchored));
    equal(parseNote(cosigned).text, parseNote(anchored).text);
  });

  it('forget the cosignatures of trees that no proof shows any more', async () => {
    const anchored = await world.logs.anchored('records');
    await world.cosignatures.forget('records', (anchored?.treeSize ?? 0) + 1);
    equal(await cosignedNote(world.cosignatures, 'records', anchored?.note ?? ''), anchored?.note);
  });

  /** What a witness might answer, by the end of the path that it is asked at; the key is a good one unless said. */
  type Lie = {
    readonly outcome: string;
    readonly key?: () => Response;
    readonly add: () => Response | Promise<Response>;
  };
  const goodKey = (): Response => new Response(`${formatCosignerKey(witness.identity.key)}\n`);
  const ownKeyAsWitness = (): Response => {
    const { signer } = world.identities.records;
    return new Response(formatCosignerKey(makeCosignerKey(sha256, 'x.example', rawEd25519(signer.publicKey))));
  };
  let cosignedBefore = '';
  const lies: readonly (readonly [string, Lie])[] = [
    ['gives a cosignature of another checkpoint', { outcome: 'invalid', add: () => new Response(cosignedBefore) }],
    ['gives signatures of nobody', { outcome: 'invalid', add: () => new Response('— x.example AAAAAAA=\nnonsense\n') }],
    ['gives nothing', { outcome: 'invalid', add: () => new Response('') }],
    ['says too much', { outcome: 'away', add: () => new Response('x'.repeat(100_000)) }],
    ['redirects', { outcome: 'away', add: () => Response.redirect('http://127.0.0.1:9/elsewhere') }],
    ['fails', { outcome: 'away', add: () => new Response('', { status: 500 }) }],
    [
      'has more of the log than there is',
      { outcome: 'inconsistent', add: () => new Response('9000000\n', { status: 409 }) },
    ],
    ['has another size each time', { outcome: 'away', add: () => new Response('1\n', { status: 409 }) }],
    ['has no size', { outcome: 'away', add: () => new Response('many\n', { status: 409 }) }],
    ['does not know the log', { outcome: 'unknown', add: () => new Response('', { status: 404 }) }],
    ['holds it for a fork', { outcome: 'inconsistent', add: () => new Response('', { status: 422 }) }],
    ['has no key', { outcome: 'away', key: () => new Response('', { status: 404 }), add: () => new Response('') }],
    ["has a log's key", { outcome: 'away', key: () => new Response(vkeyOfLog()), add: () => new Response('') }],
    ['has our own key', { outcome: 'invalid', key: ownKeyAsWitness, add: () => new Response('') }],
  ];
  const vkeyOfLog = (): string => `x+00000000+${Buffer.alloc(33, 1).toString('base64')}`;

  for (const [at, [name, lie]] of lies.entries())
    it(`go to the ledger without the cosignature of a witness that ${name}`, async () => {
      cosignedBefore ||= await oldCosignature();
      const address = { organization: 'hospital-c', witnessUrl: `https://liar-${at}.example/witness/` };
      const asked: string[] = [];
      const liar: typeof fetch = async (url, init) => {
        const text = textOf(url);
        asked.push(text);
        equal(init?.redirect, 'error');
        const answer = await (text.endsWith('/verifier-key') ? (lie.key ?? goodKey)() : lie.add());
        // As fetch itself does with `redirect: 'error'`.
        if (answer.status === 302) throw new TypeError('unexpected redirect');
        return answer;
      };
      await using cosigners = cosignersOf([address], liar);
      await grow();
      const before = await outcomes();
      await anchor({ ...world, cosigned: (log) => cosigners.newest(log) }, writers);
      deepEqual(await since(before), { [lie.outcome]: 1 });
      const anchored = await world.logs.anchored('records');
      equal(anchored?.treeSize, leaves);
      equal(parseNote(anchored?.note ?? '').signatures.length, 1);
      ok(
        asked.length <= 4 && asked.every((url) => url.startsWith(`https://liar-${at}.example/witness/`)),
        asked.join(' '),
      );
      match(world.logLines.at(-1) ?? '', /"organization":"hospital-c"/);
    });

  /** Of an earlier checkpoint of this log, by the right key. */
  const oldCosignature = async (): Promise<string> => {
    await using cosigners = cosignersOf([witness.address]);
    await grow();
    const { note = '' } = (await cosigners.newest('records')) ?? {};
    equal(await countIn(note), 1);
    return `${note.split('\n').at(-2)}\n`;
  };

  it('believe no other key of a witness than the first', async () => {
    await using other = await openWitness('hospital-b', world.stores.witnessed, world.identities, world.ledger);
    const moved: typeof fetch = async (url, init) =>
      fetch(textOf(url).replace(witness.address.witnessUrl, other.address.witnessUrl), init);
    await using cosigners = cosignersOf([witness.address], moved);
    await grow();
    const before = await outcomes();
    await cosigners.ask('records');
    deepEqual(await since(before), { invalid: 1 });
    deepEqual(parseNote((await cosigners.newest('records'))?.note ?? '').signatures.length, 1);
  });
});
