/**
 * Waits until every organisation's peer can have a transaction of the contracts endorsed by the majority: `node ready.ts <network.json>`.
 * A chaincode that is committed is not there yet: peers must have found each other and launched it first.
 */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';

type Network = {
  readonly organizations: readonly { readonly mspId: string; readonly env: Readonly<Record<string, string>> }[];
};

const PATIENCE_MS = 60_000;

/** Endorsed and thrown away: nothing is ordered. `List` needs no state and answers every member alike. */
const endorsedBy = async (env: Readonly<Record<string, string>>): Promise<void> => {
  const file = (name: string): Promise<Buffer> => readFile(env[name] ?? '');
  const client = new Client(
    env['FABRIC_PEER_ENDPOINT'] ?? '',
    credentials.createSsl(await file('FABRIC_TLS_CA_FILE')),
    { 'grpc.ssl_target_name_override': env['FABRIC_PEER_HOSTNAME'] ?? '' },
  );
  const gateway = connect({
    client,
    hash: hash.sha256,
    identity: { mspId: env['FABRIC_MSP_ID'] ?? '', credentials: await file('FABRIC_CERT_FILE') },
    signer: signers.newPrivateKeySigner(createPrivateKey(await file('FABRIC_KEY_FILE'))),
    endorseOptions: () => ({ deadline: Date.now() + 5000 }),
  });
  try {
    const contract = gateway
      .getNetwork(env['FABRIC_CHANNEL'] ?? '')
      .getContract(env['FABRIC_CHAINCODE'] ?? '', 'directory');
    await contract.newProposal('List').endorse();
  } finally {
    gateway.close();
    client.close();
  }
};

const network = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Network;
const endMs = performance.now() + PATIENCE_MS;
for (const { mspId, env } of network.organizations) {
  for (;;) {
    try {
      await endorsedBy(env);
      break;
    } catch (error) {
      if (performance.now() > endMs) {
        process.stderr.write(`fabric: ${mspId}: ${error instanceof Error ? error.message : 'no endorsement'}\n`);
        process.exit(1);
      }
      await sleep(100);
    }
  }
}
