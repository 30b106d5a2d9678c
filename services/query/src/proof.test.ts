import assert, { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { it } from 'node:test';
import { readReceipt, receiptMediaType, signedBytes, signTreeHead } from '@chartseal/cose';
import type { AnchoredCheckpoint, Cosignature } from '@chartseal/ports';
import {
  cosign,
  emptyTree,
  formatCheckpoint,
  formatCosignerKey,
  formatSignature,
  integrate,
  makeCosignerKey,
  makeVerifierKey,
  leafHash,
  rootHash,
  rootOfInclusion,
  parseNote,
  parseTlogProof,
  signNote,
  tilePath,
  verifyTlogProof,
  type TileCoordinates,
  type VerifyEd25519,
} from '@chartseal/tlog';
import { generateEd25519 } from '@chartseal/tlog/node';
import request from 'supertest';
import type { QueryDependencies } from './dependencies.ts';
import { createWorld, type World } from './testing/world.ts';

const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rawPublicKey = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const key = makeVerifierKey(sha256, 'hospital-a/records', rawPublicKey);

/** Anchors what has been announced so far. */
const anchor = async (
  world: World,
  logs: { current: QueryDependencies['logs'] },
  signs: 'receipts' | 'nothing more' = 'receipts',
): Promise<void> => {
  const data = world.memory.events
    .filter(({ topic }) => topic === 'chartseal.record.accepted.v1')
    .map(({ value }) => JSON.parse(value).data as { handle: string; versionId: number; commitment: string });
  const entries = data.map(({ commitment }) => new Uint8Array(Buffer.from(commitment, 'base64')));
  const { tree, tiles } = await integrate(sha256, emptyTree, entries, async () => undefined);
  const checkpoint = { origin: key.name, treeSize: tree.treeSize, rootHash: rootHash(sha256, tree), extensions: [] };
  const note = await signNote(
    formatCheckpoint(checkpoint),
    key,
    (message) => new Uint8Array(sign(null, message, privateKey)),
  );
  const { origin, treeSize, rootHash: root } = checkpoint;
  const coseTreeHead = await signTreeHead(
    { origin, treeSize, rootHash: root, keyId: key.keyId },
    (message) => new Uint8Array(sign(null, message, privateKey)),
  );
  const anchored: AnchoredCheckpoint = {
    ...(signs === 'receipts' ? { coseTreeHead } : {}),
    log: 'records',
    treeSize: tree.treeSize,
    note,
    transactionId: 't',
    blockNumber: 1,
    receipt: { type: 'embedded', blockNumber: 1 },
  };
  const stored = new Map(tiles.map((tile) => [tilePath(tile), tile.data]));
  logs.current = {
    leafIndex: async ({ handle, versionId }) => {
      const leafIndex = data.findIndex((one) => one.handle === handle && one.versionId === versionId);
      return leafIndex < 0 ? undefined : { log: 'records', leafIndex };
    },
    anchored: async () => anchored,
    readTile: async (_log, tile: TileCoordinates) => stored.get(tilePath(tile)),
  };
};

const createLoggedWorld = (cosignatures: QueryDependencies['cosignatures'] = { of: async () => [] }) => {
  const nothing: QueryDependencies['logs'] = {
    leafIndex: async () => undefined,
    anchored: async () => undefined,
    readTile: async () => undefined,
  };
  const logs = { current: nothing };
  const world = createWorld({
    cosignatures,
    logs: {
      leafIndex: async (entry) => logs.current.leafIndex(entry),
      anchored: async (log) => logs.current.anchored(log),
      readTile: async (log, tile) => logs.current.readTile(log, tile),
    },
  });
  const put = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1)
      await world.put({
        resourceType: 'Observation',
        id: 'o',
        status: 'final',
        code: { text: `${index}` },
        subject: { reference: 'Patient/p' },
      });
  };
  return { world, logs, put };
};

it('proves a version to anyone, once it is anchored', async () => {
  const { world, logs, put } = createLoggedWorld();
  await put(5);
  const get = async (path: string) =>
    request(world.app).get(`/fhir/Observation/o/$proof${path}`).set('x-test-client', 'own').buffer();
  const early = await get('');
  assert.deepEqual([early.status, early.headers['retry-after']], [503, '1']);
  await anchor(world, logs);
  for (const versionId of [1, 3, 5]) {
    const { status, headers, body } = await get(`?version=${versionId}`);
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /^application\/vnd\.chartseal\.proof\+json/);
    const resource = Buffer.from(body.resource, 'base64');
    assert.equal(JSON.parse(resource.toString()).meta.versionId, String(versionId));
    const entry = new Uint8Array(Buffer.from(body.entry, 'base64'));
    const ed25519: VerifyEd25519 = (_key, message, signature) => verify(null, message, publicKey, signature);
    const proved = await verifyTlogProof({ sha256, verify: ed25519, key }, entry, body.proof);
    assert.equal(proved.treeSize, 5);
  }
  assert.equal((await get('?version=6')).status, 404);
  assert.equal((await get('?colour=red')).status, 400);
});

const receiptOf = (world: World, query: string, accept: string) =>
  request(world.app)
    .get(`/fhir/Observation/o/$proof${query}`)
    .set('x-test-client', 'own')
    .set('accept', accept)
    .responseType('blob');

it('shows the cosignatures that came after the checkpoint was anchored', async () => {
  const pair = generateEd25519();
  const witness = makeCosignerKey(sha256, 'hospital-b/witness', pair.publicKey);
  const held: Cosignature[] = [];
  const { world, logs, put } = createLoggedWorld({ of: async () => held });
  await put(1);
  await anchor(world, logs);
  const noteOf = async (): Promise<string> => {
    const { body } = await request(world.app).get('/fhir/Observation/o/$proof').set('x-test-client', 'own');
    return parseTlogProof((body as { proof: string }).proof).checkpoint;
  };
  const anchored = await noteOf();
  const line = formatSignature(await cosign(parseNote(anchored).text, witness, 1, pair.sign));
  held.push({ log: 'records', treeSize: 1, rootHash: '', witness: formatCosignerKey(witness), line });
  equal(await noteOf(), `${anchored}${line}\n`);
});

it('gives a COSE receipt of the same place to who asks for one', async () => {
  const { world, logs, put } = createLoggedWorld();
  await put(5);
  equal((await receiptOf(world, '', 'application/cose')).status, 503);
  await anchor(world, logs);
  const { body: file } = await request(world.app).get('/fhir/Observation/o/$proof').set('x-test-client', 'own');
  const asked = [
    ['', 'application/cose'],
    ['', 'application/cose; cose-type="cose-sign1"'],
    ['?_format=application/cose', '*/*'],
    ['?version=5', 'text/html, application/cose;q=0.5'],
  ] as const;
  for (const [query, accept] of asked) {
    const { status, headers, body } = await receiptOf(world, query, accept);
    deepEqual([status, headers['content-type']], [200, receiptMediaType]);
    const { path, protectedHeader, signature, ...place } = readReceipt(new Uint8Array(body));
    deepEqual(place, { origin: key.name, keyId: key.keyId, treeSize: 5, leafIndex: 4 });
    const entry = leafHash(sha256, new Uint8Array(Buffer.from(file.entry, 'base64')));
    const root = rootOfInclusion(sha256, { treeSize: 5, leafIndex: 4, leafHash: entry, proof: path });
    ok(verify(null, signedBytes(protectedHeader, root), publicKey, signature));
  }
  const asJson = ['application/json', 'application/cose, application/json;q=0.1', '*/*'];
  for (const accept of asJson) match((await receiptOf(world, '', accept)).headers['content-type'] ?? '', /json/);
  equal((await receiptOf(world, '?_format=application/cbor', '*/*')).status, 406);
  equal((await receiptOf(world, '?version=6', 'application/cose')).status, 404);
});

it('says so where a tree has no receipts', async () => {
  const { world, logs, put } = createLoggedWorld();
  await put(1);
  await anchor(world, logs);
  equal((await receiptOf(world, '', 'application/cose')).status, 406);
  await put(1);
  await anchor(world, logs, 'nothing more');
  equal((await receiptOf(world, '', 'application/cose')).status, 406);
});
