import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { readReceipt, receiptOfInclusion, signTreeHead } from '@chartseal/cose';
import { append, emptyTree, formatVerifierKey, leafHash, makeVerifierKey, rootHash } from '@chartseal/tlog';
import * as nodePrimitives from '@chartseal/tlog/node';
import { anything, assert, asyncProperty, nat, uint8Array } from 'fast-check';
import { loggedVersion, origin } from './testing/logged-version.ts';
import {
  receiptSubject,
  verifyCoseReceipt,
  type CoseReceiptVerification,
  type ReceiptSubject,
} from './verify-cose-receipt.ts';

const { sha256 } = nodePrimitives;
const observation = '{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation","valueQuantity":{"value":1.10}}';
const logged = async (text: string, place: { leafIndex?: number; treeSize?: number } = {}) => {
  const { members, coseReceipt = new Uint8Array(), verifierKey } = await loggedVersion(text, place);
  const subject = receiptSubject({ ...members, network: '', receipt: { type: '' } });
  ok(subject);
  return { subject, receipt: coseReceipt, logs: [verifierKey] };
};
const own = await logged(observation);
const other = await logged(observation);

const verdictOf = (verification: CoseReceiptVerification): string =>
  verification.outcome === 'proved' ? 'proved' : verification.fault;
const verdict = async (receipt: Uint8Array, subject: ReceiptSubject = own.subject, logs = own.logs): Promise<string> =>
  verdictOf(await verifyCoseReceipt(receipt, subject, { logs }, nodePrimitives));

it('leads from the bytes of a version to the tree that its log signed, wherever it runs', async () => {
  for (const primitives of [undefined, nodePrimitives]) {
    const verification = await verifyCoseReceipt(own.receipt, own.subject, { logs: own.logs }, primitives);
    ok(verification.outcome === 'proved');
    deepEqual(verification.version, { resourceType: 'Observation', id: 'o1', versionId: '2', state: 'content' });
    deepEqual(verification.log, { origin, leafIndex: 4, treeSize: 7 });
    deepEqual(verification.notProved, ['newest', 'complete', 'ledger']);
  }
});

it('says that no witness is proved, to whoever asks for witnesses', async () => {
  const trust = { logs: own.logs, witnesses: { threshold: 1, keys: [] } };
  const verification = await verifyCoseReceipt(own.receipt, own.subject, trust, nodePrimitives);
  ok(verification.outcome === 'proved' && verification.notProved.includes('witnesses'));
});

it('proves every leaf of every small tree, and of no other tree', async () => {
  for (let treeSize = 2; treeSize <= 9; treeSize += 1)
    for (let leafIndex = 0; leafIndex < treeSize; leafIndex += 1) {
      const each = await logged(observation, { leafIndex, treeSize });
      equal(await verdict(each.receipt, each.subject, each.logs), 'proved');
      equal(await verdict(each.receipt, own.subject, each.logs), 'tree-head');
    }
});

it('names the link that broke', async () => {
  const { resource, key } = own.subject;
  const text = Buffer.from(resource).toString();
  equal(await verdict(new Uint8Array()), 'malformed');
  equal(await verdict(own.receipt, { resource, key: key.slice(1) }), 'malformed');
  equal(await verdict(own.receipt, { resource: Buffer.from(`${text} `), key }), 'not-canonical');
  equal(await verdict(own.receipt, { resource: Buffer.from(text.replace('1.10', '1.1')), key }), 'tree-head');
  equal(await verdict(own.receipt, { resource, key: other.subject.key }), 'tree-head');
  equal(await verdict(own.receipt, own.subject, other.logs), 'log');
  equal(await verdict(own.receipt, own.subject, [...other.logs, ...own.logs]), 'proved');
  equal(await verdict(other.receipt), 'log');
});

it('refuses a path that is longer than its place asks for', async () => {
  const log = nodePrimitives.generateEd25519();
  const key = makeVerifierKey(sha256, origin, log.publicKey);
  const hashes = [1, 2, 3].map((value) => leafHash(sha256, Uint8Array.of(value)));
  const tree = rootHash(sha256, append(sha256, emptyTree, hashes));
  const path = [...readReceipt(own.receipt).path, tree, tree];
  const treeHead = await signTreeHead({ origin, treeSize: 3, rootHash: tree, keyId: key.keyId }, log.sign);
  const receipt = receiptOfInclusion(treeHead, { treeSize: 3, leafIndex: 0, path });
  equal(await verdict(receipt, own.subject, [formatVerifierKey(key)]), 'inclusion');
});

it('refuses a receipt, a resource or a key in which any bit is flipped, and any other bytes', async () => {
  const { resource, key } = own.subject;
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
    Uint8Array.from(bytes).with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
  for (let bit = 0; bit < own.receipt.length * 8; bit += 1)
    notEqual(await verdict(flipped(own.receipt, bit)), 'proved', `bit ${bit}`);
  for (let bit = 0; bit < resource.length * 8; bit += 1)
    notEqual(await verdict(own.receipt, { resource: flipped(resource, bit), key }), 'proved');
  for (let bit = 0; bit < 256; bit += 1)
    equal(await verdict(own.receipt, { resource, key: flipped(key, bit) }), 'tree-head');
  await assert(
    asyncProperty(uint8Array({ maxLength: 200 }), nat(own.receipt.length), async (bytes, at) => {
      equal(await verdict(bytes), 'malformed');
      equal(
        (await verdict(Uint8Array.from([...own.receipt.slice(0, at), 0, ...own.receipt.slice(at)]))) === 'proved',
        false,
      );
    }),
  );
  await assert(asyncProperty(anything(), async (value) => equal(receiptSubject(value), undefined)));
});
