/** A connection to a running Fabric network without any code of ours between, for measuring. */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';

/** What infra/fabric/up writes to network.json. */
export type FabricNetwork = {
  readonly organizations: readonly { readonly mspId: string; readonly env: Readonly<Record<string, string>> }[];
  readonly genesisBlockFile: string;
};

export type FabricConnection = Disposable & {
  readonly mspId: string;
  submit(contract: string, transaction: string, ...args: readonly string[]): Promise<string>;
  evaluate(contract: string, transaction: string, ...args: readonly string[]): Promise<string>;
};

const deadline = (ms: number) => () => ({ deadline: Date.now() + ms });

export const openConnection = async (env: Readonly<Record<string, string>>): Promise<FabricConnection> => {
  const value = (name: string): string => env[name] ?? '';
  const file = (name: string): Promise<Buffer> => readFile(value(name));
  const client = new Client(value('FABRIC_PEER_ENDPOINT'), credentials.createSsl(await file('FABRIC_TLS_CA_FILE')), {
    'grpc.ssl_target_name_override': value('FABRIC_PEER_HOSTNAME'),
  });
  const gateway = connect({
    client,
    hash: hash.sha256,
    identity: { mspId: value('FABRIC_MSP_ID'), credentials: await file('FABRIC_CERT_FILE') },
    signer: signers.newPrivateKeySigner(createPrivateKey(await file('FABRIC_KEY_FILE'))),
    evaluateOptions: deadline(5000),
    endorseOptions: deadline(10_000),
    submitOptions: deadline(5000),
    commitStatusOptions: deadline(20_000),
  });
  const network = gateway.getNetwork(value('FABRIC_CHANNEL'));
  const contractOf = (name: string) => network.getContract(value('FABRIC_CHAINCODE'), name);
  return {
    mspId: value('FABRIC_MSP_ID'),
    submit: async (contract, transaction, ...args) =>
      Buffer.from(await contractOf(contract).submitTransaction(transaction, ...args)).toString(),
    evaluate: async (contract, transaction, ...args) =>
      Buffer.from(await contractOf(contract).evaluateTransaction(transaction, ...args)).toString(),
    [Symbol.dispose]: () => {
      gateway.close();
      client.close();
    },
  };
};
