import { refuse } from '../refusal.ts';
import type { DirectoryEntry } from './entry.ts';

/**
 * What holds across entries: ids, MSPs and log origins are unique (an origin is one log, of one member), parents exist
 * and form no circle, and someone is active, or nobody could ever approve again.
 */
export function assertCoherent(entries: readonly DirectoryEntry[]): void {
  assertUnique(entries.map(({ id }) => id));
  assertUnique(entries.map(({ mspId }) => mspId));
  assertUnique(entries.flatMap(({ logs }) => logs.map(({ origin }) => origin)));
  for (const entry of entries) assertUnique(entry.purposes);
  const parents = new Map(entries.map(({ id, parent }) => [id, parent]));
  for (const { id } of entries) assertRooted(id, parents);
  if (!entries.some(({ status }) => status === 'active')) refuse('forbidden', { at: 'status' });
}

function assertUnique(names: readonly string[]): void {
  if (new Set(names).size !== names.length) refuse('duplicate');
}

function assertRooted(id: string, parents: ReadonlyMap<string, string | null>): void {
  const seen = new Set<string>();
  for (let at: string | null | undefined = id; at !== null; at = parents.get(at)) {
    if (at === undefined || seen.has(at)) return refuse('malformed', { at: 'parent' });
    seen.add(at);
  }
}
