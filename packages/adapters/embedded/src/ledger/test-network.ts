import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '@chartseal/ports';
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
