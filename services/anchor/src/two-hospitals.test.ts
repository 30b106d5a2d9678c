/** Two hospitals' services as they are composed, each the other's witness; and one of them with a second history in its drawer. */
import { deepEqual, equal, match, notEqual, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditLog, httpLog, parseTrustFile, type TrustFile } from '@chartseal/client';
import { isKind, type Fork } from '@chartseal/ports';
import {
  formatAddCheckpoint,
  formatCheckpoint,
  formatVerifierKey,
  openCosignatures,
  parseCheckpoint,
  parseCosignerKey,
  parseNote,
  signNote,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import { verifierKeyOf } from './checkpoint.ts';
import { logIdentities } from './log-identities.ts';
import { openHospitals, type Hospital } from './testing/hospitals.ts';
import { claimedWriter } from './testing/synthetic-log.ts';
import { announced } from './testing/world.ts';

describe('Hospitals that witness each other', () => {
  let network: Awaited<ReturnType<typeof openHospitals>>;
  let a: Hospital;
  let b: Hospital;
  before(async () => {
    network = await openHospitals('hospital-a', 'hospital-b');
    const [first, second] = network.hospitals;
    if (first === undefined || second === undefined) throw new Error('two were asked for');
    [a, b] = [first, second];
  });
  after(() => network[Symbol.asyncDispose]());

  const textOf = async (url: string, init?: RequestInit): Promise<string> => (await fetch(url, init)).text();
  const cosigned = async (note: string, witness: Hospital): Promise<number> => {
    const key = parseCosignerKey(sha256, (await textOf(`${witness.url}/witness/verifier-key`)).trimEnd());
    return (await openCosignatures(note, [key], verifyEd25519)).length;
  };
  /** Waits for as long as it takes: the test's own deadline ends it. */
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await sleep(50);
  };
  const anchoredSize = async ({ stores }: Hospital): Promise<number> =>
    (await stores.logs.anchored('records'))?.treeSize ?? 0;

  it('cosign what the other anchors, with keys of their own', async () => {
    for (const [hospital, witness] of [
      [a, b],
      [b, a],
    ] as const) {
      await hospital.stores.events.publish([announced(`${hospital.id}-1`), announced(`${hospital.id}-2`)]);
      await until(async () => (await anchoredSize(hospital)) === 2);
      const served = (): Promise<string> => textOf(`${hospital.url}/log/records/checkpoint`);
      await until(async () => (await cosigned(await served(), witness)) === 1);
      equal(parseCheckpoint(parseNote(await served()).text).treeSize, 2);
      await hospital.stores.events.publish([announced(`${hospital.id}-3`)]);
      await until(async () => (await anchoredSize(hospital)) === 3);
      equal(await cosigned((await hospital.stores.logs.anchored('records'))?.note ?? '', witness), 1);
    }
    notEqual(await textOf(`${a.url}/witness/verifier-key`), await textOf(`${b.url}/witness/verifier-key`));
    match(await textOf(`${a.url}/metrics`), /^chartseal_log_cosignatures\{log="records"\} 1$/m);
  });

  it('satisfy an auditor who asks for witnesses, by those that there are', async () => {
    const { records } = await logIdentities(a.vault, 'hospital-a.example');
    const trusting = async (...by: readonly Hospital[]): Promise<TrustFile> => {
      const keys = await Promise.all(
        by.map(async ({ url }) => (await textOf(`${url}/witness/verifier-key`)).trimEnd()),
      );
      return parseTrustFile({
        type: 'chartseal-trust/v1',
        network: network.network,
        logs: [formatVerifierKey(verifierKeyOf(records))],
        ledger: { type: 'embedded', publicKey: network.ledgerPublicKey },
        witnesses: { threshold: by.length, keys },
      });
    };
    const source = httpLog(`${a.url}/log/records`);
    const sound = await auditLog(source, { trust: await trusting(b) });
    deepEqual(sound.outcome === 'sound' && sound.anchored?.witnesses, ['hospital-b.example/witness']);
    const lacking = await auditLog(source, { trust: await trusting(b, a) });
    deepEqual(lacking.outcome === 'refuted' && [lacking.fault, lacking.at], ['witnesses', '1 of 2']);
  });

  it('are both shown a second history: the witness keeps it, and the contract refuses it', async () => {
    const { records } = await logIdentities(a.vault, 'hospital-a.example');
    const told = await a.stores.logs.anchored('records');
    const { origin, treeSize } = parseCheckpoint(parseNote(told?.note ?? '').text);
    const text = formatCheckpoint({ origin, treeSize, rootHash: new Uint8Array(32).fill(7), extensions: [] });
    const note = await signNote(text, verifierKeyOf(records), (message) => records.signer.sign(message));

    const body = formatAddCheckpoint({ oldSize: treeSize, proof: [], checkpoint: note });
    equal((await fetch(`${b.url}/witness/add-checkpoint`, { method: 'POST', body })).status, 422);
    const { forks } = JSON.parse(await textOf(`${b.url}/witness/forks`)) as { readonly forks: readonly Fork[] };
    deepEqual(
      forks.map(({ kind, note: shown, against }) => [kind, shown, parseNote(against).text]),
      [['equivocation', note, parseNote(told?.note ?? '').text]],
    );
    const writer = await claimedWriter(a.ledger, origin);
    const submitted = a.ledger.submit({
      contract: 'anchor',
      transaction: 'Anchor',
      args: [JSON.stringify({ checkpoints: [{ origin, note, consistencyProof: [], ...writer }] })],
    });
    await rejects(submitted, (error) => isKind(error, 'ledger-refused') && error.detail.code === 'inconsistent');
    await until(async () =>
      /^chartseal_witness_forks\{kind="equivocation"\} 1$/m.test(await textOf(`${b.url}/metrics`)),
    );
    // The history that was told first goes on.
    await a.stores.events.publish([announced('hospital-a-4')]);
    await until(async () => (await anchoredSize(a)) === treeSize + 1);
    const goesOn = await a.stores.logs.anchored('records');
    await until(async () => (await cosigned(await textOf(`${a.url}/log/records/checkpoint`), b)) === 1);
    equal(goesOn?.treeSize, treeSize + 1);
  });
});
