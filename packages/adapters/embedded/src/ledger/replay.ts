import type { FileHandle } from 'node:fs/promises';
import { ChartsealError } from '@chartseal/ports';
import type { Block } from './block.ts';
import { classifyRest, readPieces } from './block-file.ts';
import { Chain } from './chain.ts';
import { checkContent, checkHeader, readBlock, readGenesis } from './check-block.ts';
import type { Fault } from './check-block.ts';
import { sha256Hex } from './signature.ts';

/** `end`: where the next line goes. `ending`: what was found there. */
export type Replayed = {
  readonly chain: Chain;
  readonly end: number;
  readonly ending: 'clean' | 'torn' | 'no-line-feed';
};

/** Undefined: there is no ledger yet, not even a whole genesis. Rejects with `corrupt`, naming the block. */
export async function replay(handle: FileHandle): Promise<Replayed | undefined> {
  const state: ReplayState = { chain: undefined, tip: undefined };
  let end = 0;
  for await (const { kind, bytes, offset } of readPieces(handle)) {
    const rest = kind === 'rest' ? classifyRest(bytes) : undefined;
    if (rest === 'damaged') throw corrupt(state.chain?.height ?? 0, 'unreadable');
    if (rest === 'torn') return ended(state, end, 'torn');
    take(state, bytes, offset);
    end = offset + bytes.length + 1;
    if (rest === 'whole') return ended(state, end - 1, 'no-line-feed');
  }
  return ended(state, end, 'clean');
}

type Tip = { readonly bytes: Buffer; readonly block: Block };
type ReplayState = { chain: Chain | undefined; tip: Tip | undefined };

/**
 * The chain of hashes is checked line by line. The tip's signature is checked at the end: through the chain it covers
 * every byte before it, so that no other signature needs checking to know that the ledger key signed all of this.
 */
function take(state: ReplayState, bytes: Buffer, offset: number): void {
  const location = { offset, length: bytes.length };
  const { chain, tip } = state;
  if (chain === undefined) {
    const network = readGenesis(bytes);
    if (typeof network === 'string') throw corrupt(0, network);
    state.chain = new Chain(network, location);
    return;
  }
  const block = readBlock(bytes);
  if (block === undefined) throw corrupt(chain.height, 'unreadable');
  const expected = { network: chain.network.id, number: chain.height, previousHash: chain.tipHash };
  const fault = checkHeader(block, expected);
  if (fault !== undefined) {
    // A hash that does not fit accuses two blocks: the one before is to blame if it contradicts itself.
    const before = tip === undefined ? undefined : checkContent(tip.bytes, tip.block, chain.network);
    throw before === undefined ? corrupt(chain.height, fault) : corrupt(chain.height - 1, before);
  }
  chain.append(block, sha256Hex(bytes), location);
  state.tip = { bytes, block };
}

function ended({ chain, tip }: ReplayState, end: number, ending: Replayed['ending']): Replayed | undefined {
  if (chain === undefined) return undefined;
  const fault = tip === undefined ? undefined : checkContent(tip.bytes, tip.block, chain.network);
  if (fault !== undefined) throw corrupt(chain.height - 1, fault);
  return { chain, end, ending };
}

const corrupt = (block: number, fault: Fault): ChartsealError =>
  new ChartsealError('corrupt', `ledger block ${block} is wrong: ${fault}`, { code: fault });
