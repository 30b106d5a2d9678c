import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { classifyRest, readPieces } from './block-file.ts';
import { checkContent, checkHeader, readBlock, readGenesis } from './check-block.ts';
import type { Fault, Network } from './check-block.ts';
import { ledgerFileName } from './open.ts';
import { sha256Hex } from './signature.ts';

export type LedgerVerification =
  | {
      readonly outcome: 'sound';
      readonly network: string;
      readonly ledgerPublicKey: string;
      /** Number of blocks, genesis included. */
      readonly height: number;
      readonly transactions: number;
    }
  | { readonly outcome: 'wrong'; readonly block: number; readonly fault: Fault };

/**
 * Checks every byte of a ledger file: each block's form, place, data hash and signature, and each creator's. Names the first
 * block that is wrong. A torn last line, of which nothing was reported, is not a fault. That whole blocks are missing from
 * the end cannot be seen in the file: compare `height` with what others know.
 */
export async function verifyLedgerFile(directory: string): Promise<LedgerVerification> {
  const handle = await open(join(directory, ledgerFileName), 'r');
  try {
    const walk = new Walk();
    for await (const { kind, bytes } of readPieces(handle)) {
      const rest = kind === 'rest' ? classifyRest(bytes) : 'whole';
      if (rest === 'torn') break;
      const fault = rest === 'damaged' ? 'unreadable' : walk.take(bytes);
      if (fault !== undefined) return { outcome: 'wrong', block: walk.height, fault };
    }
    return walk.end();
  } finally {
    await handle.close();
  }
}

class Walk {
  height = 0;
  #network: Network | undefined;
  #previousHash = '';
  readonly #transactions = new Set<string>();

  take(bytes: Buffer): Fault | undefined {
    const fault = this.#network === undefined ? this.#takeGenesis(bytes) : this.#takeBlock(bytes, this.#network);
    if (fault !== undefined) return fault;
    this.#previousHash = sha256Hex(bytes);
    this.height += 1;
    return undefined;
  }

  end(): LedgerVerification {
    if (this.#network === undefined) return { outcome: 'wrong', block: 0, fault: 'unreadable' };
    const { id, genesis } = this.#network;
    const { ledgerPublicKey } = genesis.genesis;
    const transactions = this.#transactions.size;
    return { outcome: 'sound', network: id, ledgerPublicKey, height: this.height, transactions };
  }

  #takeGenesis(bytes: Buffer): Fault | undefined {
    const network = readGenesis(bytes);
    if (typeof network === 'string') return network;
    this.#network = network;
    return undefined;
  }

  #takeBlock(bytes: Buffer, network: Network): Fault | undefined {
    const block = readBlock(bytes);
    if (block === undefined) return 'unreadable';
    const expected = { network: network.id, number: this.height, previousHash: this.#previousHash };
    const fault = checkContent(bytes, block, network) ?? checkHeader(block, expected);
    if (fault !== undefined) return fault;
    for (const { id } of block.transactions) {
      if (this.#transactions.has(id)) return 'transaction-twice';
      this.#transactions.add(id);
    }
    return undefined;
  }
}
