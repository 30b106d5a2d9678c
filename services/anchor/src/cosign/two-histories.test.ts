/** A gateway that was modified to show two histories, one log key over two stores: what the others' witnesses and the ledger's contract make of it. */
import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CheckpointSubmission } from '@chartseal/contracts';
import { isKind, type ErrorKind } from '@chartseal/ports';
import {
  consistencyProof,
  openCheckpoint,
  openCosignatures,
  tileHashReader,
  toBase64,
  type Checkpoint,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import { anchor } from '../anchor.ts';
import { publishCheckpoint, verifierKeyOf } from '../checkpoint.ts';
import { sequence } from '../sequence.ts';
import { claimedWriter } from '../testing/synthetic-log.ts';
import { openWitness, type WitnessPlace } from '../testing/witness-place.ts';
import { announced, openWorld, type World } from '../testing/world.ts';
import { Writers, writersOf } from '../writers.ts';
import { Cosigners } from './cosigners.ts';

const refusedAs = (code: string) => (error: unknown) =>
  isKind(error, 'ledger-refused' satisfies ErrorKind) && error.detail.code === code;

describe('Two histories of one log', () => {
  let told: World;
  /** The second store of the same hospital, beside the same ledger, with the same keys. */
  let hidden: World;
  let b: WitnessPlace;
  let c: WitnessPlace;
  let leaves = 0;
  before(async () => {
    const [first, second] = await Promise.all([openWorld(), openWorld()]);
    told = first;
    hidden = { ...second, ledger: first.ledger, identities: first.identities };
    b = await openWitness('hospital-b', first.stores.witnessed, first.identities, first.ledger);
    c = await openWitness('hospital-c', second.stores.witnessed, first.identities, first.ledger);
  });
  after(async () => {
    for (const witness of [b, c]) await witness[Symbol.asyncDispose]();
    await Promise.all([told.close(), hidden.close()]);
  });

  /** The modification: it signs without looking whether its store continues what the ledger holds. */
  const unchecked = (world: World): Writers => new Writers({ ...world, mayLead: async () => {} });
  const grow = async (world: World, writers: Writers, count: number): Promise<void> => {
    const events = Array.from({ length: count }, () => announced(`r${(leaves += 1)}`));
    await sequence(world, writers, events);
    await publishCheckpoint(world, writers, 'records');
  };
  /** Takes the newest checkpoint to these witnesses; answers it with the cosignatures that it got. */
  const show = async (world: World, ...to: readonly WitnessPlace[]): Promise<string> => {
    await using cosigners = new Cosigners({
      ...world,
      witnesses: () => to.map(({ address }) => address),
      ownKeys: [],
      fetch,
    });
    return (await cosigners.newest('records'))?.note ?? '';
  };
  const cosignersOf = async (note: string): Promise<readonly string[]> =>
    (
      await openCosignatures(
        note,
        [b, c].map(({ identity }) => identity.key),
        verifyEd25519,
      )
    ).map(({ key }) => key.name);
  const signedTree = (note: string): Promise<Checkpoint> =>
    openCheckpoint(note, verifierKeyOf(told.identities.records), verifyEd25519);

  it('get one of them cosigned and anchored; the other is refused, and kept with the first as evidence', async () => {
    const writers = writersOf(told);
    await grow(told, writers, 3);
    const cosigned = await show(told, b);
    deepEqual(await cosignersOf(cosigned), ['hospital-b.example/witness']);
    await anchor({ ...told, cosigned: (log) => told.cosigners.newest(log) }, writers);

    await grow(hidden, unchecked(hidden), 3);
    deepEqual(await cosignersOf(await show(hidden, b)), []);
    const [fork, ...more] = await told.stores.witnessed.forks(told.identities.records.origin);
    equal(more.length, 0);
    equal(fork?.kind, 'equivocation');
    const [shown, known] = await Promise.all([signedTree(fork?.note ?? ''), signedTree(fork?.against ?? '')]);
    deepEqual([shown.origin, shown.treeSize], [known.origin, known.treeSize]);
    notEqual(toBase64(shown.rootHash), toBase64(known.rootHash));
    equal(
      (await hidden.metrics.text()).includes('chartseal_cosignatures_total{log="records",outcome="inconsistent"} 1'),
      true,
    );
  });

  it('are one too many for the contract, at the same size and at a larger one', async () => {
    const height = await told.ledger.height();
    const submit = async (oldSize: number): Promise<unknown> => {
      const { treeSize = 0, note = '' } = (await hidden.logs.checkpoint('records')) ?? {};
      const read = tileHashReader(sha256, treeSize, (tile) => hidden.logs.readTile('records', tile));
      const proof = await consistencyProof(sha256, oldSize, treeSize, read);
      const checkpoint: CheckpointSubmission = {
        origin: hidden.identities.records.origin,
        note,
        consistencyProof: proof.map(toBase64),
        ...(await claimedWriter(told.ledger, hidden.identities.records.origin)),
      };
      const args = [JSON.stringify({ checkpoints: [checkpoint] })];
      return told.ledger.submit({ contract: 'anchor', transaction: 'Anchor', args });
    };
    await rejects(submit(3), refusedAs('inconsistent'));
    await grow(hidden, unchecked(hidden), 2);
    await rejects(submit(3), refusedAs('inconsistent'));
    await rejects(submit(0), refusedAs('inconsistent'));
    equal(await told.ledger.height(), height);
  });

  it('are caught when the shown one comes to the size of the hidden one, though nothing proved it before', async () => {
    const kinds = async (): Promise<readonly string[]> =>
      (await told.stores.witnessed.forks(told.identities.records.origin)).map(
        ({ kind, treeSize }) => `${treeSize} ${kind}`,
      );
    deepEqual(await cosignersOf(await show(hidden, b)), []);
    deepEqual((await kinds()).toSorted(), ['3 equivocation', '5 unproven']);
    await grow(told, writersOf(told), 2);
    deepEqual(await cosignersOf(await show(told, b)), ['hospital-b.example/witness']);
    deepEqual((await kinds()).toSorted(), ['3 equivocation', '5 equivocation']);
  });

  it('get cosignatures of one witness each at the most, when each witness is shown another one first', async () => {
    deepEqual(await cosignersOf(await show(hidden, c)), ['hospital-c.example/witness']);
    deepEqual(await cosignersOf(await show(told, b, c)), ['hospital-b.example/witness']);
    deepEqual(await cosignersOf(await show(hidden, b, c)), ['hospital-c.example/witness']);
    equal((await hidden.stores.witnessed.forks()).length, 1);
  });
});
