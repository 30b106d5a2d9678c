import type { LogSuccession, SuccessionState } from '@chartseal/contracts';
import { isKind, type LogName } from '@chartseal/ports';
import { logOriginOf } from '@chartseal/server';
import { verifierKeyOf, type LogIdentity } from '@chartseal/service-anchor';
import {
  emptyTree,
  formatCheckpoint,
  formatVerifierKey,
  parseTree,
  rootHash,
  signNote,
  type CompactTree,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import { claim } from './claim.ts';
import type { RecoveryEngines } from '../compose-recovery.ts';
import type { Base } from './continue-from-mirror.ts';
import type { LostLeaf } from './recovery.ts';
import { recoveryStatement } from './statement.ts';

/**
 * Ends the log on the ledger at the last size that the store can prove, the newest checkpoint that it noted as anchored, and goes on under another
 * name with the tree that it holds. Again after a crash finds what was done.
 */
export const goOnAsSuccessor = async (
  engines: RecoveryEngines,
  log: LogName,
  onLedger: Base,
): Promise<{ readonly lost: readonly LostLeaf[]; readonly statement: string; readonly origin: string }> => {
  const { logs, identities, logOrigin } = engines;
  const head = await logs.head(log);
  const storedSize = head?.treeSize ?? 0;
  const before = identities[log];
  const generation = (await logs.generation(log)) + 1;
  const after: LogIdentity = { ...before, origin: logOriginOf(logOrigin, log, generation) };
  const lost = Array.from({ length: onLedger.treeSize - storedSize }, (_, at): LostLeaf => {
    return { log, leafIndex: storedSize + at, entryHex: undefined };
  });
  const known = await successionOf(engines, before.origin);
  const { statement } =
    known ?? (await succeed(engines, log, { before, after, storedSize, ledgerSize: onLedger.treeSize }));
  const lease = await logs.lease(log);
  await logs.succeed(lease);
  const note = await signedCheckpoint(after, head === undefined ? emptyTree : parseTree(head.state));
  await logs.publishCheckpoint(lease, { treeSize: storedSize, note });
  await claim(engines, lease, after.origin);
  return { lost, statement, origin: after.origin };
};

const successionOf = async ({ ledger }: RecoveryEngines, origin: string): Promise<SuccessionState | undefined> => {
  try {
    const answer = await ledger.evaluate({ contract: 'anchor', transaction: 'Succession', args: [origin] });
    return JSON.parse(answer) as SuccessionState;
  } catch (error) {
    if (isKind(error, 'ledger-refused') && error.detail.code === 'not-found') return undefined;
    throw error;
  }
};

type Ending = {
  readonly before: LogIdentity;
  readonly after: LogIdentity;
  readonly storedSize: number;
  readonly ledgerSize: number;
};

const succeed = async (
  engines: RecoveryEngines,
  log: LogName,
  { before, after, storedSize, ledgerSize }: Ending,
): Promise<{ readonly statement: string }> => {
  const { logs, ledger } = engines;
  const proven = await logs.anchored(log);
  const note = proven?.note ?? (await signedCheckpoint(before, emptyTree));
  const fromSize = proven?.treeSize ?? 0;
  const facts = { outcome: 'succeeded', successor: after.origin, proven: String(fromSize), stored: String(storedSize) };
  const leaves = [[storedSize, ledgerSize - 1]] as const;
  const statement = await recoveryStatement(engines, { log, leaves, facts });
  const verifierKey = formatVerifierKey(verifierKeyOf(after));
  const successor = { origin: after.origin, verifierKey, fromSize };
  const succession: LogSuccession = { origin: before.origin, note, successor, statement };
  await ledger.submit({ contract: 'anchor', transaction: 'Succeed', args: [JSON.stringify(succession)] });
  return { statement };
};

const signedCheckpoint = (identity: LogIdentity, tree: CompactTree): Promise<string> => {
  const head = { origin: identity.origin, treeSize: tree.treeSize, rootHash: rootHash(sha256, tree), extensions: [] };
  return signNote(formatCheckpoint(head), verifierKeyOf(identity), (message) => identity.signer.sign(message));
};
