import { canonicalJson } from '@chartseal/contracts';
import { sha256Hex } from './signature.ts';

/*
 * The file `ledger.jsonl`: one line a block, each the canonical JSON of what is below, ended by a line feed. It is appended to
 * alone. packages/client/src/receipt/embedded.ts reads the same format without this package.
 *
 * - Line 0 is the genesis. `network` is the hex SHA-256 of its bytes, without the line feed.
 * - `header.previousHash` is the hex SHA-256 of the whole line before, signature included, so that the chain covers every byte.
 * - `header.dataHash` is the hex SHA-256 of the canonical JSON array of the transactions' hashes (hex SHA-256 of each one's
 *   canonical JSON), so that a receipt can show one transaction and hide its neighbours.
 * - `signature` is the ledger key's over the UTF-8 of the canonical JSON of `header` (of `genesis`). Base64.
 * - A creator signs the UTF-8 of the canonical JSON of its proposal. `id` is the hex SHA-256 of (nonce ‖ creator), as on
 *   Fabric; the creator is the UTF-8 of the canonical JSON of its entry in genesis.
 * - Signatures: Ed25519, or ECDSA P-256 with SHA-256 as r ‖ s, by the type of the key. Public keys: base64 of SPKI DER.
 */

export type Organization = { readonly mspId: string; readonly publicKey: string };

export type GenesisBlock = {
  readonly genesis: {
    readonly type: 'chartseal-embedded-genesis/v1';
    readonly createdAt: string;
    readonly ledgerPublicKey: string;
    /** Sorted by MSP id. Identities are fixed for the ledger's life. */
    readonly organizations: readonly Organization[];
  };
  readonly signature: string;
};

export type Proposal = {
  readonly type: 'chartseal-embedded-proposal/v1';
  readonly network: string;
  readonly contract: string;
  readonly transaction: string;
  readonly args: readonly string[];
  readonly mspId: string;
  /** Base64 of 24 random bytes. */
  readonly nonce: string;
  /** RFC 3339, UTC, milliseconds: the client's clock. */
  readonly timestamp: string;
};

/** A key and what it holds from then on; null: deleted. Values are UTF-8 text. */
export type Write = { readonly key: string; readonly value: string | null };

export type Transaction = {
  readonly id: string;
  readonly proposal: Proposal;
  /** The creator's. */
  readonly signature: string;
  /** Sorted by key, each key once. */
  readonly writes: readonly Write[];
  readonly event: { readonly name: string; readonly payload: string } | null;
  /** What the contract returned, as JSON. */
  readonly result: string;
  /** Refused transactions are not kept: they changed nothing. */
  readonly validity: 'valid';
};

export type BlockHeader = {
  readonly type: 'chartseal-embedded-block/v1';
  readonly network: string;
  readonly number: number;
  readonly previousHash: string;
  readonly dataHash: string;
};

export type Block = {
  readonly header: BlockHeader;
  readonly signature: string;
  readonly transactions: readonly Transaction[];
};

export const transactionHash = (transaction: Transaction): string => sha256Hex(canonicalJson(transaction));

export const dataHash = (transactionHashes: readonly string[]): string => sha256Hex(canonicalJson(transactionHashes));

export const transactionId = (nonce: string, creator: Organization): string =>
  sha256Hex(Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(canonicalJson(creator))]));

/** What is signed: a header, a genesis or a proposal. */
export const signedBytes = (value: BlockHeader | GenesisBlock['genesis'] | Proposal): Uint8Array =>
  Buffer.from(canonicalJson(value));
