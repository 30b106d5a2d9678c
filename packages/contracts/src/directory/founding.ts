import type { Context } from 'fabric-contract-api';
import { contentHash } from '../content-hash.ts';
import { refuse } from '../refusal.ts';
import { closed, list } from '../shape.ts';
import { emit, readState, writeState } from '../state.ts';
import { assertCoherent } from './coherence.ts';
import { findNetwork, writeEntry, writeNetwork } from './directory-state.ts';
import { directoryEntry } from './entry.ts';
import type { DirectoryEntry } from './entry.ts';
import { networkId, networkPolicy } from './policy.ts';
import type { NetworkPolicy } from './policy.ts';

/**
 * What the founding members agree. A chaincode cannot see its ledger's genesis block, so the founders name it: each of them
 * compares `network` with the hash it computed itself before it approves.
 */
export type FoundingDocument = {
  readonly network: string;
  readonly members: readonly DirectoryEntry[];
  readonly policy: NetworkPolicy;
};

export type FoundingState = {
  readonly hash: string;
  /** MSP ids in ascending order. */
  readonly approvals: readonly string[];
  readonly status: 'open' | 'founded';
};

export const foundingDocument = closed<FoundingDocument>({
  network: networkId,
  members: list(directoryEntry, 64),
  policy: networkPolicy,
});

const foundingKey = (hash: string): string => `directory/founding/${hash}`;

/** Adds the caller's approval of exactly this document; it takes effect once every member it names has approved. */
export async function approveFounding(ctx: Context, document: FoundingDocument): Promise<FoundingState> {
  const hash = contentHash(document);
  const caller = ctx.clientIdentity.getMSPID();
  if (!document.members.some(({ mspId }) => mspId === caller)) return refuse('not-member');
  const before = await readState<FoundingState>(ctx, foundingKey(hash));
  if (before?.status === 'founded') return before;
  if ((await findNetwork(ctx)) !== undefined) return refuse('already-founded');
  if (document.members.some(({ status }) => status !== 'active')) return refuse('malformed', { at: 'members' });
  assertCoherent(document.members);

  const approvals = [...new Set([...(before?.approvals ?? []), caller])].sort();
  const status = approvals.length === document.members.length ? 'founded' : 'open';
  const state: FoundingState = { hash, approvals, status };
  await writeState(ctx, foundingKey(hash), state);
  if (status === 'open') return state;

  for (const entry of document.members) await writeEntry(ctx, entry);
  await writeNetwork(ctx, { network: document.network, policy: document.policy, revision: 1 });
  emit(ctx, 'DirectoryChanged', { kind: 'founded', revision: 1 });
  return state;
}
