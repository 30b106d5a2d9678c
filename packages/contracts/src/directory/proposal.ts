import { refuse } from '../refusal.ts';
import { closed, count, oneOf, some } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { directoryEntry, directoryId, sharedMembers } from './entry.ts';
import type { DirectoryEntry } from './entry.ts';
import { networkPolicy } from './policy.ts';
import type { NetworkPolicy } from './policy.ts';

/** The members of an entry that others must approve. */
export type SharedMembers = Pick<DirectoryEntry, 'name' | 'parent' | 'purposes' | 'breakGlass' | 'logs'>;

/**
 * A change that needs more than half of the active members. `revision` is the directory's when it was proposed: once
 * another change was applied, a proposal is stale, so nobody's old approval takes effect in a directory they never saw.
 */
export type DirectoryProposal = { readonly revision: number } & (
  | { readonly kind: 'admit'; readonly entry: DirectoryEntry }
  | { readonly kind: 'amend'; readonly id: string; readonly changes: Partial<SharedMembers> }
  | { readonly kind: 'suspend'; readonly id: string }
  | { readonly kind: 'reinstate'; readonly id: string }
  | { readonly kind: 'policy'; readonly policy: NetworkPolicy }
);

type Kind = DirectoryProposal['kind'];
type Of<K extends Kind> = Extract<DirectoryProposal, { readonly kind: K }>;

const shapes: { readonly [K in Kind]: Shape<DirectoryProposal> } = {
  admit: closed<Of<'admit'>>({ kind: oneOf('admit'), revision: count, entry: directoryEntry }),
  amend: closed<Of<'amend'>>({
    kind: oneOf('amend'),
    revision: count,
    id: directoryId,
    changes: some<SharedMembers>(sharedMembers),
  }),
  suspend: closed<Of<'suspend'>>({ kind: oneOf('suspend'), revision: count, id: directoryId }),
  reinstate: closed<Of<'reinstate'>>({ kind: oneOf('reinstate'), revision: count, id: directoryId }),
  policy: closed<Of<'policy'>>({ kind: oneOf('policy'), revision: count, policy: networkPolicy }),
};

export const directoryProposal: Shape<DirectoryProposal> = (value, at) => {
  const kind = (value as { readonly kind?: unknown } | null)?.kind;
  const known = oneOf('admit', 'amend', 'suspend', 'reinstate', 'policy')(kind, 'kind');
  return shapes[known](value, at);
};

/** The entry after the change, or a refusal; undefined where no entry changes. */
export function changedEntry(
  proposal: DirectoryProposal,
  entries: readonly DirectoryEntry[],
): DirectoryEntry | undefined {
  if (proposal.kind === 'policy') return undefined;
  if (proposal.kind === 'admit') {
    return proposal.entry.status === 'active' ? proposal.entry : refuse('malformed', { at: 'entry.status' });
  }
  const entry = entries.find(({ id }) => id === proposal.id) ?? refuse('not-found');
  if (proposal.kind === 'amend') return { ...entry, ...proposal.changes };
  return { ...entry, status: proposal.kind === 'suspend' ? 'suspended' : 'active' };
}
