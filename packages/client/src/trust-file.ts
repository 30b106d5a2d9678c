import { fromBase64, parseVerifierKey, TlogError } from '@chartseal/tlog';
import { sha256 } from '@noble/hashes/sha2.js';
import type { TrustedOrganization } from './receipt/fabric/endorsed.ts';
import { parseOrganizations } from './trusted-organizations.ts';
import { objectAt, TrustFileError } from './trust-file-error.ts';
import { parseWitnessPolicy, type WitnessPolicy } from './witness-policy.ts';

/** What a verifier pins, and got from somebody else than from whoever shows it a proof. */
export type TrustFile = {
  readonly type: 'chartseal-trust/v1';
  /** Hex SHA-256 of the ledger's genesis block. */
  readonly network: string;
  /** C2SP verifier keys of logs; a key's name is its log's origin. Several of one origin: any of them. */
  readonly logs: readonly string[];
  readonly ledger: TrustedLedger;
  /** Without it no witness is asked for. */
  readonly witnesses?: WitnessPolicy;
};

/** One member for each kind of receipt. */
export type TrustedLedger = TrustedEmbeddedLedger | TrustedFabricLedger;

export type TrustedEmbeddedLedger = {
  readonly type: 'embedded';
  /** Of the key that signs blocks: base64 of SPKI DER. */
  readonly publicKey: string;
};

export type TrustedFabricLedger = {
  readonly type: 'fabric';
  readonly channel: string;
  readonly chaincode: string;
  /** All members of the channel, each with the certificates (PEM) of the authorities that issue its identities, as that member itself gave them. */
  readonly organizations: readonly TrustedOrganization[];
  /** How many of them must have endorsed. */
  readonly policy: 'majority';
};

/** Ed25519 (RFC 8410) and uncompressed P-256 (RFC 5480), as SPKI. */
const spkiLengths: ReadonlySet<number> = new Set([44, 91]);

/** @throws TrustFileError */
export const parseTrustFile = (value: unknown): TrustFile => {
  const { type, network, logs, ledger, witnesses } = objectAt('', value);
  if (type !== 'chartseal-trust/v1') throw new TrustFileError('type', 'must be chartseal-trust/v1');
  if (typeof network !== 'string' || !/^[0-9a-f]{64}$/.test(network))
    throw new TrustFileError('network', 'must be the hex SHA-256 of a genesis block');
  if (!Array.isArray(logs) || logs.length === 0)
    throw new TrustFileError('logs', 'must list at least one verifier key');
  const trust = { type, network, logs: logs.map(parseLog), ledger: parseLedger(objectAt('ledger', ledger)) } as const;
  return witnesses === undefined ? trust : { ...trust, witnesses: parseWitnessPolicy(witnesses, trust.logs) };
};

const parseLog = (vkey: unknown, index: number): string => {
  try {
    if (typeof vkey !== 'string') throw new TlogError('malformed', 'not a text');
    parseVerifierKey(sha256, vkey);
    return vkey;
  } catch {
    throw new TrustFileError(`logs[${index}]`, 'is not a C2SP Ed25519 verifier key');
  }
};

const parseLedger = (ledger: Readonly<Record<string, unknown>>): TrustedLedger => {
  if (ledger['type'] === 'embedded') return parseEmbedded(ledger);
  if (ledger['type'] === 'fabric') return parseFabric(ledger);
  throw new TrustFileError('ledger.type', 'is of a kind that this verifier does not know');
};

const parseEmbedded = ({ publicKey }: Readonly<Record<string, unknown>>): TrustedEmbeddedLedger => {
  if (typeof publicKey !== 'string' || !spkiLengths.has(fromBase64(publicKey)?.length ?? 0))
    throw new TrustFileError('ledger.publicKey', 'must be the base64 SPKI of an Ed25519 or P-256 key');
  return { type: 'embedded', publicKey };
};

const parseFabric = (ledger: Readonly<Record<string, unknown>>): TrustedFabricLedger => {
  const { channel, chaincode, organizations, policy } = ledger;
  if (typeof channel !== 'string' || channel === '')
    throw new TrustFileError('ledger.channel', 'must be the name of a channel');
  if (typeof chaincode !== 'string' || chaincode === '')
    throw new TrustFileError('ledger.chaincode', 'must be the name of a chaincode');
  if (policy !== 'majority') throw new TrustFileError('ledger.policy', 'must be majority');
  return { type: 'fabric', channel, chaincode, organizations: parseOrganizations(organizations), policy };
};
