import type { Context } from 'fabric-contract-api';
import { refuse } from '../refusal.ts';
import { listState, readState, writeState } from '../state.ts';
import type { DirectoryEntry } from './entry.ts';
import type { NetworkPolicy } from './policy.ts';

/** What the members founded. `revision` counts the changes that needed approval; a proposal names the one it was made against. */
export type Network = {
  readonly network: string;
  readonly policy: NetworkPolicy;
  readonly revision: number;
};

const networkKey = 'directory/network';
const entryKey = (id: string): string => `directory/entry/${id}`;
const mspKey = (mspId: string): string => `directory/msp/${mspId}`;

export const findNetwork = (ctx: Context): Promise<Network | undefined> => readState<Network>(ctx, networkKey);

export async function foundedNetwork(ctx: Context): Promise<Network> {
  return (await findNetwork(ctx)) ?? refuse('not-founded');
}

export const writeNetwork = (ctx: Context, network: Network): Promise<void> => writeState(ctx, networkKey, network);

export const findEntry = (ctx: Context, id: string): Promise<DirectoryEntry | undefined> =>
  readState<DirectoryEntry>(ctx, entryKey(id));

export async function findEntryByMsp(ctx: Context, mspId: string): Promise<DirectoryEntry | undefined> {
  const index = await readState<{ readonly id: string }>(ctx, mspKey(mspId));
  return index === undefined ? undefined : findEntry(ctx, index.id);
}

export const listEntries = (ctx: Context): Promise<readonly DirectoryEntry[]> =>
  listState<DirectoryEntry>(ctx, entryKey(''));

export async function writeEntry(ctx: Context, entry: DirectoryEntry): Promise<void> {
  await writeState(ctx, entryKey(entry.id), entry);
  await writeState(ctx, mspKey(entry.mspId), { id: entry.id });
}

/** The caller's entry, or a refusal: what every write asks first. */
export async function activeMember(ctx: Context): Promise<DirectoryEntry> {
  const entry = await findEntryByMsp(ctx, ctx.clientIdentity.getMSPID());
  if (entry === undefined) return refuse('not-member');
  return entry.status === 'active' ? entry : refuse('suspended');
}
