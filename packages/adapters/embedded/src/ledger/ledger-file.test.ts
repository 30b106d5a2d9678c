import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { isKind } from '@chartseal/ports';
import type { ContractCall, ErrorKind, Ledger } from '@chartseal/ports';
import { assert, asyncProperty, nat, record } from 'fast-check';
import { ledgerFileName, openEmbeddedLedger } from './open.ts';
import { memberEntry, random, temporaryDirectory, testNetwork, testSigner } from './test-network.ts';
import { verifyLedgerFile } from './verify-ledger-file.ts';

const network = testNetwork('A', 'B', 'C');
const clock = (): Date => new Date();
const signer = (mspId: string) => network.signers.get(mspId)!;

const hasKind =
  (kind: ErrorKind, message = /./) =>
  (error: unknown): boolean =>
    isKind(error, kind) && message.test(error.message);

/** Before a directory is founded, proposals of founding are the writes that anyone may make. */
const foundingCall = (networkId: string, name: string): ContractCall => {
  const members = ['A', 'B', 'C'].map((mspId) => memberEntry(mspId, { name }));
  const document = { network: networkId, members, policy: { implicit: {}, attested: false } };
  return { contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] };
};

async function writtenLedger(blocks: number): Promise<{ directory: string; path: string }> {
  const directory = await temporaryDirectory();
  const ledger = await network.open(directory);
  const a = ledger.connect({ mspId: 'A', signer: signer('A') });
  const b = ledger.connect({ mspId: 'B', signer: signer('B') });
  for (let i = 0; i < blocks; i += 1) {
    await Promise.all([a, b].map((each) => each.submit(foundingCall(ledger.network, `Name ${i}`))));
  }
  await ledger.close();
  return { directory, path: join(directory, ledgerFileName) };
}

it('transactions that wait together share a block', async () => {
  const ledger = await network.open(await temporaryDirectory());
  const a = ledger.connect({ mspId: 'A', signer: signer('A') });
  const calls = Array.from({ length: 16 }, (_, i) => a.submit(foundingCall(ledger.network, `Name ${i}`)));
  const committed = await Promise.all(calls);
  ok(new Set(committed.map(({ blockNumber }) => blockNumber)).size < 16);
  equal(new Set(committed.map(({ transactionId }) => transactionId)).size, 16);
  await ledger.close();
});

it('a torn last line is cut off wherever it was torn, and a line without its line feed is kept', async () => {
  const { directory, path } = await writtenLedger(3);
  const whole = await readFile(path);
  const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
  for (const length of [lastLine + 1, lastLine + 100, whole.length - 2]) {
    await writeFile(path, whole.subarray(0, length));
    equal((await verifyLedgerFile(directory)).outcome, 'sound');
    const ledger = await network.open(directory);
    const a = ledger.connect({ mspId: 'A', signer: signer('A') });
    equal(await a.height(), 3);
    equal((await a.submit(foundingCall(ledger.network, 'After'))).blockNumber, 3);
    await ledger.close();
    equal((await verifyLedgerFile(directory)).outcome, 'sound');
  }
  await writeFile(path, whole.subarray(0, -1));
  await (await network.open(directory)).close();
  deepEqual(await readFile(path), whole);
});

it('a flipped bit anywhere is named by its block, and the ledger does not open', async () => {
  const { directory, path } = await writtenLedger(4);
  const whole = await readFile(path);
  const blockAt = (position: number): number => whole.subarray(0, position).filter((byte) => byte === 10).length;
  const flip = record({ position: nat(whole.length - 1), bit: nat(7) });
  await assert(
    asyncProperty(flip, async ({ position, bit }) => {
      const broken = Buffer.from(whole);
      broken[position]! ^= 1 << bit;
      await writeFile(path, broken);
      const verification = await verifyLedgerFile(directory);
      ok(verification.outcome === 'wrong', `position ${position}`);
      equal(verification.block, blockAt(position));
      await rejects(network.open(directory), hasKind('corrupt', new RegExp(`block ${verification.block} `)));
    }),
    { numRuns: 150, examples: [[{ position: whole.length - 1, bit: 0 }], [{ position: whole.indexOf(10), bit: 0 }]] },
  );
});

it('no one transacts as another organisation', async () => {
  const ledger = await network.open(await temporaryDirectory());
  const forger = testSigner('ES256');
  let connect = (): Ledger => ledger.connect({ mspId: 'A', signer: forger });
  await rejects(async () => connect(), hasKind('unauthenticated'));
  connect = () => ledger.connect({ mspId: 'B', signer: signer('A') });
  await rejects(async () => connect(), hasKind('unauthenticated'));
  // It knows A's public key, as everyone does, but not the private one.
  const lying = { ...forger, publicKey: signer('A').publicKey };
  const a = ledger.connect({ mspId: 'A', signer: lying });
  await rejects(a.submit(foundingCall(ledger.network, 'Name')), hasKind('unauthenticated', /creator-signature/));
  equal(await a.height(), 1);
  await ledger.close();
});

it('a block that the ledger key signed for a creator who did not is named', async () => {
  const { directory, path } = await writtenLedger(1);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const { canonicalJson } = await import('@chartseal/contracts');
  const { dataHash, signedBytes, transactionHash } = await import('./block.ts');
  const block = JSON.parse(lines[1]!);
  block.transactions[0].proposal.args = ['forged'];
  block.header.dataHash = dataHash(block.transactions.map(transactionHash));
  block.signature = Buffer.from(await network.ledgerSigner.sign(signedBytes(block.header))).toString('base64');
  await writeFile(path, `${lines[0]}\n${canonicalJson(block)}\n`);
  deepEqual(await verifyLedgerFile(directory), { outcome: 'wrong', block: 1, fault: 'creator-signature' });
});

it('a directory has one writer, and readers beside it', async () => {
  const directory = await temporaryDirectory();
  const writer = await network.open(directory);
  await rejects(network.open(directory), hasKind('fenced'));
  const a = writer.connect({ mspId: 'A', signer: signer('A') });
  await a.submit(foundingCall(writer.network, 'Name'));

  await appendFile(join(directory, ledgerFileName), '{"header":');
  const reader = await openEmbeddedLedger({ directory, readOnly: true, clock, random });
  const readingB = reader.connect({ mspId: 'B', signer: signer('B') });
  equal(await readingB.height(), 2);
  await rejects(readingB.submit(foundingCall(reader.network, 'Name')), hasKind('ledger-unavailable'));
  await reader.close();
  await writer.close();
  await (await network.open(directory)).close();
});

it('another ledger key, other organisations, or no ledger at all: misconfigured', async () => {
  const { directory } = await writtenLedger(1);
  const { ledgerSigner } = network;
  const other = testSigner('Ed25519');
  await rejects(openEmbeddedLedger({ directory, ledgerSigner: other, clock, random }), hasKind('misconfigured'));
  const genesis = { organizations: [] };
  await rejects(openEmbeddedLedger({ directory, genesis, ledgerSigner, clock, random }), hasKind('misconfigured'));
  const empty = await temporaryDirectory();
  await rejects(openEmbeddedLedger({ directory: empty, ledgerSigner, clock, random }), hasKind('misconfigured'));
  await rejects(openEmbeddedLedger({ directory: empty, readOnly: true, clock, random }), hasKind('misconfigured'));
  await (await network.open(empty)).close();
});

it('kill -9 under load: every commit that was reported is there, and the stale lock does not block', async () => {
  const directory = await temporaryDirectory();
  const program = `
    import { testNetwork } from '${new URL('./test-network.ts', import.meta.url).href}';
    const network = testNetwork('A');
    const ledger = await network.open(${JSON.stringify(directory)});
    const a = ledger.connect({ mspId: 'A', signer: network.signers.get('A') });
    const call = (args) => ({ contract: 'directory', transaction: 'Found', args });
    const member = { id: 'a', mspId: 'A', parent: null, jwks: { keys: [] }, fhirBaseUrl: null, tokenUrl: null,
      consentBaseUrl: null, witnessUrl: null, purposes: [], breakGlass: false, logs: [], status: 'active' };
    const b = { ...member, id: 'b', mspId: 'B', name: 'B' };
    const policy = { implicit: {}, attested: false };
    for (let i = 0; ; i += 8) {
      await Promise.all(Array.from({ length: 8 }, async (_, j) => {
        const members = [{ ...member, name: 'Name ' + (i + j) }, b];
        const { transactionId } = await a.submit(call([JSON.stringify({ network: ledger.network, members, policy })]));
        process.stdout.write(transactionId + '\\n');
      }));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (output.length > 65 * 500) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const reported = output.split('\n').slice(0, -1);
  match(reported[0]!, /^[0-9a-f]{64}$/);
  const verification = await verifyLedgerFile(directory);
  ok(verification.outcome === 'sound' && verification.transactions >= reported.length);

  const content = await readFile(join(directory, ledgerFileName), 'utf8');
  for (const id of reported) ok(content.includes(`"id":"${id}"`));
  await rejects(network.open(directory), hasKind('misconfigured'));
});
