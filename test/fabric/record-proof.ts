/**
 * Records a proof on a network that `infra/fabric/up` has started and nobody has founded:
 * `node test/fabric/record-proof.ts <network.json> > packages/client/src/receipt/testing/fabric-proof.json`.
 */
import { bareEntry } from '@chartseal/ports/suites';
import { readFile } from 'node:fs/promises';
import { loggedVersion, origin } from '@chartseal/client/testing';
import { openFabric, type FabricLedger } from '@chartseal/fabric';
import type { SubmissionStore } from '@chartseal/ports';

type Organization = {
  readonly mspId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mspCaFile: string;
};

const forgetful: SubmissionStore = {
  keep: async () => undefined,
  settled: async () => undefined,
  unsettled: async () => [],
  count: async () => 0,
};

const open = async ({ mspId, env }: Organization): Promise<FabricLedger> => {
  const value = (name: string): string => env[name] ?? '';
  const file = (name: string): Promise<string> => readFile(value(name), 'utf8');
  const settings = {
    endpoint: value('FABRIC_PEER_ENDPOINT'),
    hostname: value('FABRIC_PEER_HOSTNAME'),
    tlsCa: await file('FABRIC_TLS_CA_FILE'),
    mspId,
    certificate: await file('FABRIC_CERT_FILE'),
    key: await file('FABRIC_KEY_FILE'),
    channel: value('FABRIC_CHANNEL'),
    chaincode: value('FABRIC_CHAINCODE'),
  };
  return openFabric(settings, { submissions: forgetful });
};

const path = process.argv[2] ?? '';
const { organizations } = JSON.parse(await readFile(path, 'utf8')) as { organizations: readonly Organization[] };
const ledgers = await Promise.all(organizations.map(open));
const [first] = ledgers;
if (first === undefined) throw new Error('the network has no organisation');

const resource = '{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation","valueQuantity":{"value":1.10}}';
const { verifierKey, note, members, grown } = await loggedVersion(resource);
const entries = organizations.map(({ mspId }, index) => ({
  ...bareEntry(mspId),
  logs: index === 0 ? [{ origin, verifierKey, fromSize: 0 }] : [],
}));
const founding = { network: first.network, members: entries, policy: { implicit: {}, attested: false } };
for (const ledger of ledgers)
  await ledger.submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(founding)] });

const anchor = async (checkpoint: object): Promise<string> => {
  const args = [JSON.stringify({ checkpoints: [{ origin, ...checkpoint }] })];
  return (await first.submit({ contract: 'anchor', transaction: 'Anchor', args })).transactionId;
};
const recorded = await anchor({ note, consistencyProof: [] });
const receipt = await first.receipt(recorded);
const later = await first.receipt(await anchor(grown));
const overwritten = await first.receipt(recorded);
const roots = await Promise.all(organizations.map(({ mspCaFile }) => readFile(mspCaFile, 'utf8')));
const ledger = {
  type: 'fabric',
  channel: receipt['channel'],
  chaincode: receipt['chaincode'],
  organizations: organizations.map(({ mspId }, index) => ({ mspId, roots: [roots[index]] })),
  policy: 'majority',
};
const proof = { ...members, network: first.network, receipt };
const trust = { type: 'chartseal-trust/v1', network: first.network, logs: [verifierKey], ledger };
console.log(JSON.stringify({ proof, trust, receipts: { later, overwritten } }, null, 2));
await Promise.all(ledgers.map((each) => each[Symbol.asyncDispose]()));
