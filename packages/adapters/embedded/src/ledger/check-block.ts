import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '@chartseal/contracts';
import { dataHash, signedBytes, transactionHash, transactionId } from './block.ts';
import type { Block, GenesisBlock, Transaction } from './block.ts';
import { checkSignature, publicKeyOf, sha256Hex } from './signature.ts';

/** What is wrong with a block. */
export type Fault =
  | 'unreadable'
  | 'not-canonical'
  | 'number'
  | 'network'
  | 'previous-hash'
  | 'data-hash'
  | 'block-signature'
  | 'transaction-id'
  | 'transaction-twice'
  | 'creator-unknown'
  | 'creator-signature';

/** What every later block is checked against. */
export type Network = {
  readonly id: string;
  readonly genesis: GenesisBlock;
  /** The genesis line as it stands in the file. */
  readonly line: string;
  readonly ledgerKey: KeyObject;
  readonly creators: ReadonlyMap<string, { readonly publicKey: string; readonly key: KeyObject }>;
};

/** Reads and checks the genesis line: canonical, its keys usable, signed by the ledger key that it names. */
export function readGenesis(bytes: Buffer): Network | Fault {
  const block = parse(bytes) as GenesisBlock | undefined;
  if (block === undefined) return 'unreadable';
  try {
    const { genesis, signature } = block;
    if (!isCanonical(bytes, { genesis, signature })) return 'not-canonical';
    const ledgerKey = publicKeyOf(genesis.ledgerPublicKey);
    if (ledgerKey === undefined) return 'unreadable';
    if (checkSignature(ledgerKey, signedBytes(genesis), signature) === 'invalid') return 'block-signature';
    const creators = new Map<string, { publicKey: string; key: KeyObject }>();
    for (const { mspId, publicKey } of genesis.organizations) {
      const key = publicKeyOf(publicKey);
      if (key === undefined) return 'unreadable';
      creators.set(mspId, { publicKey, key });
    }
    return { id: sha256Hex(bytes), genesis: block, line: bytes.toString(), ledgerKey, creators };
  } catch {
    return 'unreadable';
  }
}

/** A line as a block; undefined if it has not even the outline of one. */
export function readBlock(bytes: Buffer): Block | undefined {
  const block = parse(bytes) as Block | undefined;
  const isBlock =
    typeof block?.header?.number === 'number' &&
    Array.isArray(block.transactions) &&
    block.transactions.every((transaction) => typeof transaction?.id === 'string' && Array.isArray(transaction.writes));
  return isBlock ? block : undefined;
}

/** The place of a block in the chain. */
export function checkHeader(
  block: Block,
  expected: Pick<Block['header'], 'network' | 'number' | 'previousHash'>,
): Fault | undefined {
  if (block.header.number !== expected.number) return 'number';
  if (block.header.network !== expected.network) return 'network';
  return block.header.previousHash === expected.previousHash ? undefined : 'previous-hash';
}

/** Everything that a block says of itself: canonical bytes, data hash, ledger signature, each transaction's id and creator. */
export function checkContent(bytes: Buffer, block: Block, network: Network): Fault | undefined {
  const { header, signature, transactions } = block;
  try {
    if (!isCanonical(bytes, { header, signature, transactions })) return 'not-canonical';
    if (dataHash(transactions.map(transactionHash)) !== header.dataHash) return 'data-hash';
    if (checkSignature(network.ledgerKey, signedBytes(header), signature) === 'invalid') return 'block-signature';
    for (const transaction of transactions) {
      const fault = checkTransaction(transaction, network);
      if (fault !== undefined) return fault;
    }
    return undefined;
  } catch {
    return 'unreadable';
  }
}

/** That the organisation named really asked for this. */
export function checkTransaction({ id, proposal, signature }: Transaction, network: Network): Fault | undefined {
  if (proposal.network !== network.id) return 'network';
  const creator = network.creators.get(proposal.mspId);
  if (creator === undefined) return 'creator-unknown';
  const { publicKey, key } = creator;
  if (transactionId(proposal.nonce, { mspId: proposal.mspId, publicKey }) !== id) return 'transaction-id';
  return checkSignature(key, signedBytes(proposal), signature) === 'valid' ? undefined : 'creator-signature';
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

const isCanonical = (bytes: Buffer, value: object): boolean => bytes.equals(Buffer.from(canonicalJson(value)));
