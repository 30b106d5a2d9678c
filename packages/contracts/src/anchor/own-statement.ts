import { openLogStatement, parseVerifierKey, TlogError, type LogStatement } from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import { createHash } from 'node:crypto';
import type { DirectoryLog } from '../directory/entry.ts';
import { refuse } from '../refusal.ts';
import { text } from '../shape.ts';

/** A C2SP signed note: what the log says of its own leaves. */
export const statementNote = text(/^/, 131_072);

/** Hex SHA-256 of the note. */
export const statementHashOf = (note: string): string => createHash('sha256').update(note, 'utf8').digest('hex');

/** A statement of that type that this log has signed. Refuses: malformed, signature. */
export async function openOwnStatement(log: DirectoryLog, note: string, type: string): Promise<LogStatement> {
  const statement = await opened(log, note);
  return statement.type === type ? statement : refuse('malformed', { at: 'note' });
}

async function opened({ verifierKey }: DirectoryLog, note: string): Promise<LogStatement> {
  try {
    return await openLogStatement(note, parseVerifierKey(sha256, verifierKey), verifyEd25519);
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    return refuse(error.code === 'mismatch' ? 'signature' : 'malformed', { at: 'note' });
  }
}

/** Refuses: inconsistent, with lastSize, where the ledger has not that many leaves of the log. */
export function requireBelow({ leaves }: LogStatement, treeSize: number): void {
  if ((leaves.at(-1)?.[1] ?? 0) >= treeSize) refuse('inconsistent', { lastSize: treeSize });
}
