/** The contract classes under the real fabric-shim server, without a peer: what they do there is what they do on the embedded ledger. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { enrolmentCodeHash, generatePatientKey, signDirective, signEnrolment } from '@chartseal/consent';
import { contractApi, createContracts } from '@chartseal/contracts';
import type { ContractCall } from '@chartseal/ports';
import { formatCheckpoint, formatVerifierKey, makeVerifierKey, signNote, toBase64 } from '@chartseal/tlog';
import { rawEd25519, sha256 } from '@chartseal/tlog/node';
import { newAuthority } from './certificates.ts';
import { openBothEngines, openChaincode, packageId } from './both-engines.ts';
import { playPeer } from './playing-peer.ts';
import { testSigner } from './test-signer.ts';

type Engines = Awaited<ReturnType<typeof openBothEngines>>;

const logSigner = testSigner();
const origin = 'a.example/records';
const logKey = makeVerifierKey(sha256, origin, rawEd25519(logSigner.publicKey));
const checkpoint = async (treeSize: number) => {
  const text = formatCheckpoint({ origin, treeSize, rootHash: randomBytes(32), extensions: [] });
  const note = await signNote(text, logKey, (message) => logSigner.sign(message));
  return { origin, note, consistencyProof: [] };
};

const entry = (mspId: string, logs: readonly object[] = []) => ({
  id: mspId.toLowerCase(),
  // What classToPlain or a wrong charset would spoil.
  name: `Spital ${mspId} — Zürich 🏥`,
  mspId,
  parent: null,
  jwks: { keys: [] },
  fhirBaseUrl: `https://${mspId.toLowerCase()}.example/fhir`,
  tokenUrl: null,
  consentBaseUrl: null,
  witnessUrl: null,
  purposes: ['TREAT', 'HPAYMT'],
  breakGlass: false,
  logs,
  status: 'active',
});

const call = (name: `${ContractCall['contract']}:${string}`, ...args: readonly (string | object)[]): ContractCall => {
  const [contract, transaction] = name.split(':') as [ContractCall['contract'], string];
  return { contract, transaction, args: args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))) };
};

describe('a transaction under fabric-shim has the result, the writes and the event that it has on the embedded ledger', () => {
  let engines: Engines;
  const agrees = async (mspId: string, what: ContractCall) => {
    const [embedded, chaincode] = await engines.submit(mspId, what);
    assert.equal(embedded.kind, 'done');
    assert.deepEqual(chaincode, embedded);
    return embedded.kind === 'done' ? embedded : assert.fail();
  };
  const bothRefuse = async (code: string, mspId: string, what: ContractCall) => {
    const refused = { kind: 'refused', code } as const;
    assert.deepEqual(await engines.submit(mspId, what), [refused, refused]);
  };
  before(async () => {
    engines = await openBothEngines('A', 'B', 'C', 'D');
  });
  after(() => engines.close());

  it('the contract API, asked before anything is founded', async () => {
    const [embedded, chaincode] = await engines.evaluate('C', call('directory:ApiVersion'));
    assert.deepEqual(chaincode, embedded);
    assert.equal(embedded.kind === 'done' && embedded.result, JSON.stringify(contractApi));
  });

  it('founding', async () => {
    const logs = [{ origin, verifierKey: formatVerifierKey(logKey), fromSize: 0 }];
    const members = [entry('A', logs), entry('B')];
    const document = { network: engines.network, members, policy: { implicit: { TREAT: 'deny' }, attested: false } };
    await bothRefuse('not-member', 'C', call('directory:Found', document));
    await bothRefuse('malformed', 'A', call('directory:Found', { ...document, more: 1 }));
    const first = await agrees('A', call('directory:Found', document));
    assert.equal(first.event, null);
    const second = await agrees('B', call('directory:Found', document));
    assert.equal(second.event?.name, 'DirectoryChanged');
    assert.ok(second.writes.length > 4);
    const states = call('directory:States', ['directory/network', 'directory/none']);
    for (const read of [call('directory:List'), call('directory:Network'), call('directory:GetByMsp', 'B'), states]) {
      const [embedded, chaincode] = await engines.evaluate('A', read);
      assert.deepEqual(chaincode, embedded);
    }
  });

  it('no write of a stranger: every transaction that is not a read asks first who calls', async () => {
    const reads = new Set(
      'Get GetByMsp List Policy Network Proposal Registrars States ApiVersion Enrolment Directives BreakGlass BreakGlassOf Latest Writer Erasures Recoveries Beginning Succession'.split(
        ' ',
      ),
    );
    // Founding names its own members; that it refuses others is shown above.
    const others = new Set([...reads, 'constructor', 'Found']);
    for (const contract of createContracts()) {
      const methods = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(contract));
      for (const [name, { value }] of Object.entries(methods).filter(([name]) => !others.has(name))) {
        const args = Array.from({ length: (value as (...args: unknown[]) => unknown).length - 1 }, () => 'x');
        const what = { contract: contract.getName() as ContractCall['contract'], transaction: name, args };
        await bothRefuse('not-member', 'D', what);
      }
    }
  });

  it('proposals and own changes', async () => {
    const proposal = { kind: 'admit', revision: 1, entry: entry('C') };
    const { result } = await agrees('A', call('directory:Propose', proposal));
    const { hash } = JSON.parse(result) as { hash: string };
    await bothRefuse('not-member', 'C', call('directory:Approve', hash));
    await agrees('B', call('directory:Approve', hash));
    await agrees('C', call('directory:UpdateOwn', { tokenUrl: 'https://c.example/token' }));
    await bothRefuse('malformed', 'C', call('directory:UpdateOwn', { purposes: ['BTG'] }));
    await bothRefuse('stale', 'A', call('directory:Propose', { kind: 'suspend', revision: 1, id: 'b' }));
  });

  it('heartbeats and anchors', async () => {
    const beat = await agrees('B', call('anchor:Heartbeat'));
    assert.equal(beat.event?.name, 'Heartbeat');
    const anchor = (...checkpoints: readonly object[]) => call('anchor:Anchor', { checkpoints });
    const five = await checkpoint(5);
    await bothRefuse('forbidden', 'B', anchor(five));
    assert.equal((await agrees('A', anchor(five))).event?.name, 'CheckpointAnchored');
    assert.deepEqual((await agrees('A', anchor(five))).writes, []);
    await bothRefuse('inconsistent', 'A', anchor(await checkpoint(4)));
    await bothRefuse('inconsistent', 'A', anchor(await checkpoint(9)));
    await bothRefuse('malformed', 'A', anchor({ ...five, consistencyProof: [toBase64(randomBytes(31))] }));
  });

  it('a patient’s enrolment and directives', async () => {
    const { network } = engines;
    const [patient, key] = [randomBytes(16).toString('base64url'), await generatePatientKey()];
    const enrolment = { network, custodian: 'a', patient, codeHash: enrolmentCodeHash('code') };
    const jws = await signEnrolment(enrolment, key);
    await bothRefuse('forbidden', 'B', call('consent:Enrol', jws));
    await agrees('A', call('consent:Enrol', jws));
    const consentId = randomUUID();
    const consentCommitment = randomBytes(32).toString('base64url');
    const put = {
      network,
      patient,
      issuedAt: Date.now(),
      operation: 'put',
      sequence: 1,
      consentId,
      consentCommitment,
    } as const;
    await agrees('B', call('consent:SubmitDirective', await signDirective(put, key)));
    await bothRefuse(
      'sequence',
      'B',
      call('consent:SubmitDirective', await signDirective({ ...put, issuedAt: 1 }, key)),
    );
    const revoke = { network, patient, issuedAt: Date.now(), operation: 'revoke', consentId } as const;
    await agrees('C', call('consent:SubmitDirective', await signDirective(revoke, key)));
    await agrees('A', call('consent:CustodianFreeze', patient));
    for (const read of [call('consent:Directives', patient), call('consent:Get', patient)]) {
      const [embedded, chaincode] = await engines.evaluate('B', read);
      assert.deepEqual(chaincode, embedded);
    }
  });
});

describe('the chaincode server', () => {
  const invocation = (transaction: string, ...args: readonly string[]) => ({
    transactionId: randomBytes(32).toString('hex'),
    transaction,
    args,
    mspId: 'A',
    certificate: newAuthority('A').issue('user').cert,
    timestamp: new Date().toISOString(),
  });

  it('registers by its package id, with its own peer alone', async () => {
    const { address, chaincode, tls } = await openChaincode();
    await using _ = chaincode;
    const peer = await playPeer(address, tls, new Map());
    assert.equal(peer.registered, packageId);
    peer.disconnect();
    const stranger = newAuthority('somebody else').issue('peer');
    await assert.rejects(playPeer(address, { rootCa: tls.rootCa }, new Map()));
    await assert.rejects(playPeer(address, { rootCa: tls.rootCa, ...stranger }, new Map()));
  });

  it('names in its log the transaction and how it ended, never an argument, a caller’s word or an error’s text', async (t) => {
    const lines: string[] = [];
    const printed = [process.stdout, process.stderr].map((stream) => t.mock.method(stream, 'write'));
    const { address, chaincode, tls } = await openChaincode((line) => lines.push(line));
    await using _ = chaincode;
    const planted = 'Jane Doe 1956-01-01';
    const peer = await playPeer(address, tls, new Map([['directory/network', `{"${planted}`]]));
    const answers = [
      await peer.invoke(invocation('directory:Found', planted)),
      await peer.invoke(invocation('directory:Found', JSON.stringify({ network: planted }))),
      await peer.invoke(invocation('consent:Get', planted)),
      await peer.invoke(invocation('directory:Network')),
      await peer.invoke(invocation(`directory:${planted}`, planted)),
      await peer.invoke(invocation(planted, planted)),
    ];
    peer.disconnect();
    assert.deepEqual(
      answers.map(({ status }) => status),
      [500, 500, 500, 500, 500, 500],
    );
    const text = lines.join('');
    const elsewhere = printed.flatMap(({ mock }) => mock.calls.map(({ arguments: [chunk] }) => String(chunk)));
    assert.doesNotMatch([text, ...elsewhere].join(''), /Jane|1956/);
    const told = lines.map((line) => JSON.parse(line) as { transaction?: string; refused?: string });
    assert.ok(told.some(({ transaction, refused }) => transaction === 'directory:Found' && refused === 'malformed'));
    assert.ok(told.some(({ transaction, refused }) => transaction === 'directory:Network' && refused === undefined));
  });

  it('answers what is under way before it stops, and lets its peer know that it has', async () => {
    const { address, chaincode, tls } = await openChaincode();
    const asked = Promise.withResolvers<void>();
    const peer = await playPeer(address, tls, new Map(), () => asked.resolve());
    const underWay = peer.invoke(invocation('directory:List'));
    await asked.promise;
    const [answer] = await Promise.all([underWay, chaincode[Symbol.asyncDispose]()]);
    assert.deepEqual([answer.status, answer.result], [200, '[]']);
    await assert.rejects(peer.invoke(invocation('directory:List')));
    peer.disconnect();
  });
});
