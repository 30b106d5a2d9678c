import type { VerifyEd25519 } from '@chartseal/tlog';
import { portablePrimitives } from '../portable-primitives.ts';
import { hasMembers, type ProvedReceipt, type ReceiptExpectation, type RefutedReceipt } from './verification.ts';

/**
 * Receipts of the embedded ledger, checked offline. The format is documented in packages/adapters/embedded/src/ledger/block.ts.
 * What one proves: the ledger key signed a block of this network that holds this transaction, the organisation named signed the
 * proposal, and the transaction wrote this value. What it does not prove: that whoever holds the ledger key, the gateway
 * itself, has no second history.
 */

export type EmbeddedLedgerTrust = {
  /** Hex SHA-256 of the genesis line. */
  readonly network: string;
  /** Base64 of SPKI DER. */
  readonly ledgerPublicKey: string;
};

export type EmbeddedReceiptFault =
  | 'unreadable'
  | 'network' // of another network than the one trusted, or its genesis is not that network's
  | 'ledger-key' // genesis names another ledger key than the one trusted
  | 'block-signature'
  | 'not-in-block'
  | 'transaction-id'
  | 'creator-unknown'
  | 'creator-signature'
  | 'other-contract'
  | 'not-written'; // the transaction did not write the value expected

export type EmbeddedReceiptVerification = ProvedReceipt | RefutedReceipt<EmbeddedReceiptFault>;

/** Checks a receipt of any shape, and never throws. `receipt` comes from whoever wants to be believed. */
export async function verifyEmbeddedReceipt(
  receipt: unknown,
  trust: EmbeddedLedgerTrust,
  expectation: ReceiptExpectation,
  verifyEd25519: VerifyEd25519 = portablePrimitives.verifyEd25519,
): Promise<EmbeddedReceiptVerification> {
  try {
    const read = receipt as EmbeddedReceipt;
    const fault = (await faultOf(read, trust, verifyEd25519)) ?? unmet(read.transaction, expectation);
    if (fault !== undefined) return { outcome: 'refuted', fault };
    const { id, proposal } = read.transaction;
    const { mspId, timestamp } = proposal;
    return { outcome: 'proved', transactionId: id, blockNumber: read.header.number, mspId, timestamp };
  } catch {
    return { outcome: 'refuted', fault: 'unreadable' };
  }
}

type Signed = { readonly network: string; readonly mspId: string; readonly nonce: string } & Readonly<
  Record<string, string>
>;

/** As it should be; every member is untrusted. */
type EmbeddedReceipt = {
  readonly type: string;
  readonly blockNumber: number;
  readonly network: string;
  readonly genesis: string;
  readonly header: {
    readonly type: string;
    readonly network: string;
    readonly number: number;
    readonly dataHash: string;
  };
  readonly signature: string;
  readonly transactionHashes: readonly string[];
  readonly transaction: {
    readonly id: string;
    readonly proposal: Signed & { readonly contract: string; readonly transaction: string; readonly timestamp: string };
    readonly signature: string;
    readonly writes: readonly { readonly key: string; readonly value: string | null }[];
    readonly validity: string;
  };
};

type Genesis = {
  readonly genesis: {
    readonly ledgerPublicKey: string;
    readonly organizations: readonly { readonly mspId: string; readonly publicKey: string }[];
  };
};

async function faultOf(
  receipt: EmbeddedReceipt,
  trust: EmbeddedLedgerTrust,
  verifyEd25519: VerifyEd25519,
): Promise<EmbeddedReceiptFault | undefined> {
  const { header, transaction, transactionHashes } = receipt;
  const isOfNetwork = [receipt.network, header.network, transaction.proposal.network].every(
    (id) => id === trust.network,
  );
  if (receipt.type !== 'embedded' || header.type !== 'chartseal-embedded-block/v1') return 'unreadable';
  if (receipt.blockNumber !== header.number) return 'unreadable';
  if (!isOfNetwork || (await sha256Hex(bytesOf(receipt.genesis))) !== trust.network) return 'network';
  const { genesis } = JSON.parse(receipt.genesis) as Genesis;
  if (genesis.ledgerPublicKey !== trust.ledgerPublicKey) return 'ledger-key';
  if (!(await isSigned(trust.ledgerPublicKey, header, receipt.signature, verifyEd25519))) return 'block-signature';

  if ((await sha256Hex(bytesOf(canonicalJson(transactionHashes)))) !== header.dataHash) return 'not-in-block';
  const hash = await sha256Hex(bytesOf(canonicalJson(transaction)));
  if (!transactionHashes.includes(hash) || transaction.validity !== 'valid') return 'not-in-block';

  const creator = genesis.organizations.find(({ mspId }) => mspId === transaction.proposal.mspId);
  if (creator === undefined) return 'creator-unknown';
  const identity = canonicalJson({ mspId: creator.mspId, publicKey: creator.publicKey });
  const nonceAndCreator = new Uint8Array([...base64(transaction.proposal.nonce), ...bytesOf(identity)]);
  if ((await sha256Hex(nonceAndCreator)) !== transaction.id) return 'transaction-id';
  const isOwn = await isSigned(creator.publicKey, transaction.proposal, transaction.signature, verifyEd25519);
  return isOwn ? undefined : 'creator-signature';
}

function unmet(
  transaction: EmbeddedReceipt['transaction'],
  expectation: ReceiptExpectation,
): EmbeddedReceiptFault | undefined {
  const { contract, transaction: name } = transaction.proposal;
  const isExpected = contract === expectation.contract && name === (expectation.transaction ?? name);
  if (!isExpected) return 'other-contract';
  const written = transaction.writes.find(({ key }) => key === expectation.stateKey)?.value;
  if (written === undefined || written === null) return 'not-written';
  return hasMembers(written, expectation.value) ? undefined : 'not-written';
}

/** SPKI of an Ed25519 key is 44 bytes (RFC 8410), the key at its end; that of an uncompressed P-256 key 91. */
async function isSigned(
  spki: string,
  signed: object,
  signature: string,
  verifyEd25519: VerifyEd25519,
): Promise<boolean> {
  const [key, signatureBytes, message] = [base64(spki), base64(signature), bytesOf(canonicalJson(signed))];
  if (key.length === 44) return verifyEd25519(key.subarray(12), message, signatureBytes);
  const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
  const imported = await crypto.subtle.importKey('spki', key, p256, false, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, signatureBytes, message);
}

/** Sorted members, no white space: RFC 8785 for the values that blocks hold (strings, integers, null, arrays, objects). */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Refuses any but the one spelling of some bytes. */
function base64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  if (btoa(binary) !== text) throw new Error('not canonical base64');
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

async function sha256Hex(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
