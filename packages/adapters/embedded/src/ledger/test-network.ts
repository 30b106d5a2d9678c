import { bareEntry } from '@chartseal/ports/suites';
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractRefusalCode, DirectoryEntry } from '@chartseal/contracts';
import { isKind } from '@chartseal/ports';
import type { ContractCall, ContractEvent, Ledger, Signer } from '@chartseal/ports';
import { organization } from './genesis.ts';
import { openEmbeddedLedger } from './open.ts';
import type { OpenLedger } from './open.ts';

/** A network for tests: organisations with keys of both kinds, and a ledger key. */
export type TestNetwork = {
  readonly ledgerSigner: Signer;
  readonly signers: ReadonlyMap<string, Signer>;
  open(directory: string): Promise<OpenLedger>;
};

export function testSigner(algorithm: Signer['algorithm']): Signer {
  const { privateKey } =
    algorithm === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return signerOf(privateKey, algorithm);
}

export const signerOf = (privateKey: KeyObject, algorithm: Signer['algorithm']): Signer => ({
  algorithm,
  publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
  sign: async (data) =>
    algorithm === 'Ed25519'
      ? sign(null, data, privateKey)
      : sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
});

export function testNetwork(...mspIds: readonly string[]): TestNetwork {
  const ledgerSigner = testSigner('Ed25519');
  const signers = new Map(mspIds.map((mspId, i) => [mspId, testSigner(i % 2 === 0 ? 'ES256' : 'Ed25519')]));
  const organizations = [...signers].map(([mspId, signer]) => organization(mspId, signer));
  return {
    ledgerSigner,
    signers,
    open: (directory) =>
      openEmbeddedLedger({ directory, genesis: { organizations }, ledgerSigner, clock: () => new Date(), random }),
  };
}

export const random = (size: number): Uint8Array => randomBytes(size);

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'chartseal-ledger-'));

/** A member's entry in the directory, as small as it can be. */
export const memberEntry = (mspId: string, changes: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  ...bareEntry(mspId),
  name: `Hospital ${mspId}`,
  ...changes,
});

/** A ledger, a connection for each organisation, and short forms of what tests do with them. */
export type Consortium = {
  readonly ledger: OpenLedger;
  readonly connection: (mspId: string) => Ledger;
  readonly submit: (
    mspId: string,
    contract: ContractCall['contract'],
    transaction: string,
    ...args: unknown[]
  ) => Promise<unknown>;
  readonly evaluate: (
    contract: ContractCall['contract'],
    transaction: string,
    ...args: readonly string[]
  ) => Promise<unknown>;
  readonly events: () => Promise<readonly ContractEvent[]>;
};

/** Objects among the arguments are sent as JSON, results read as JSON. */
export async function openConsortium(...mspIds: readonly string[]): Promise<Consortium> {
  const network = testNetwork(...mspIds);
  const ledger = await network.open(await temporaryDirectory());
  const connections = new Map(
    [...network.signers].map(([mspId, signer]) => [mspId, ledger.connect({ mspId, signer })]),
  );
  const connection = (mspId = mspIds[0] ?? '') => {
    const found = connections.get(mspId);
    if (found === undefined) throw new Error(`no connection of ${mspId}`);
    return found;
  };
  return {
    ledger,
    connection,
    submit: async (mspId, contract, transaction, ...args) => {
      const texts = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)));
      return JSON.parse((await connection(mspId).submit({ contract, transaction, args: texts })).result);
    },
    evaluate: async (contract, transaction, ...args) =>
      JSON.parse(await connection().evaluate({ contract, transaction, args })),
    events: async () => {
      const events: ContractEvent[] = [];
      const enough = new AbortController();
      setTimeout(() => enough.abort(), 20);
      for await (const event of connection().events(undefined, enough.signal)) events.push(event);
      return events;
    },
  };
}

/** Founds the directory by everyone's approval. */
export async function found(consortium: Consortium, members: readonly DirectoryEntry[]): Promise<void> {
  const policy = { implicit: { TREAT: 'deny' }, attested: false };
  const document = { network: consortium.ledger.network, members, policy };
  for (const { mspId } of members) await consortium.submit(mspId, 'directory', 'Found', document);
}

/** For `rejects`: the contract refused with this code. */
export const refusedWith =
  (code: ContractRefusalCode, lastSequence?: number) =>
  (error: unknown): boolean =>
    isKind(error, 'ledger-refused') &&
    error.detail.code === code &&
    (lastSequence === undefined || error.detail.lastSequence === lastSequence);
