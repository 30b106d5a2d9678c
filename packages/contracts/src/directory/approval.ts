import type { Context } from 'fabric-contract-api';
import { refuse } from '../refusal.ts';
import { emit, writeState } from '../state.ts';
import { assertCoherent } from './coherence.ts';
import { foundedNetwork, listEntries, writeEntry, writeNetwork } from './directory-state.ts';
import type { DirectoryEntry } from './entry.ts';
import { changedEntry } from './proposal.ts';
import type { DirectoryProposal } from './proposal.ts';

/** A proposal and who approved it, by MSP id in ascending order. */
export type ProposalState = {
  readonly hash: string;
  readonly proposal: DirectoryProposal;
  readonly approvals: readonly string[];
  readonly status: 'open' | 'applied';
};

export const proposalKey = (hash: string): string => `directory/proposal/${hash}`;

/** Adds the caller's approval; applies the proposal when more than half of the members active now have given theirs. */
export async function approve(ctx: Context, before: ProposalState): Promise<ProposalState> {
  if (before.status === 'applied') return before;
  const network = await foundedNetwork(ctx);
  if (before.proposal.revision !== network.revision) return refuse('stale');
  const entries = await listEntries(ctx);
  const after = afterwards(before.proposal, entries);

  const approvals = [...new Set([...before.approvals, ctx.clientIdentity.getMSPID()])].sort();
  const active = entries.filter(({ status }) => status === 'active');
  const counted = active.filter(({ mspId }) => approvals.includes(mspId)).length;
  const status = counted * 2 > active.length ? 'applied' : 'open';
  const state: ProposalState = { ...before, approvals, status };
  await writeState(ctx, proposalKey(state.hash), state);
  if (status === 'open') return state;

  const { proposal } = state;
  const policy = proposal.kind === 'policy' ? proposal.policy : network.policy;
  await writeNetwork(ctx, { ...network, policy, revision: network.revision + 1 });
  if (after !== undefined) await writeEntry(ctx, after);
  emit(ctx, 'DirectoryChanged', { kind: proposal.kind, id: after?.id, revision: network.revision + 1 });
  return state;
}

/** What would hold once applied; refuses now what could not be applied then. */
function afterwards(proposal: DirectoryProposal, entries: readonly DirectoryEntry[]): DirectoryEntry | undefined {
  const changed = changedEntry(proposal, entries);
  if (changed === undefined) return undefined;
  const others = proposal.kind === 'admit' ? entries : entries.filter(({ id }) => id !== changed.id);
  assertCoherent([...others, changed]);
  return changed;
}
