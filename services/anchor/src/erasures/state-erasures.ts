import type { StatementState, StatementSubmission } from '@chartseal/contracts';
import { isKind, type UnstatedErasure } from '@chartseal/ports';
import { formatLogStatement, rangesOf, signNote, type LeafRange } from '@chartseal/tlog';
import { hash } from 'node:crypto';
import { verifierKeyOf } from '../checkpoint.ts';
import type { AnchorDependencies } from '../dependencies.ts';

export const erasureType = 'chartseal-erasure/v1';

/** They are rare, and none is in a hurry: what they are about is gone already. */
const atOnce = 16;

/** Of one statement, which is a value on the ledger; more go into several. */
const mostLeafRanges = 4096;

/**
 * Tells the ledger which leaves say nothing any more. Statement and transaction are the same however often they are made, so a crash between the
 * ledger's commit and our note of it is made good by the next pass.
 */
export const stateErasures = async (dependencies: Stating): Promise<void> => {
  // Of another history than the ledger’s: the same leaf stands for somebody else’s version there.
  dependencies.standing.require();
  for (const erasure of await dependencies.erasures.unstated(atOnce)) await stateErasure(dependencies, erasure);
};

type Stating = Pick<
  AnchorDependencies,
  'ledger' | 'identities' | 'clock' | 'observeOwnCommit' | 'logs' | 'erasures' | 'standing'
>;

const stateErasure = async (dependencies: Stating, erasure: UnstatedErasure): Promise<void> => {
  const { ledger, clock, observeOwnCommit, erasures, logs, identities } = dependencies;
  const { erasureId, log, leafIndexes } = erasure;
  const ranges = rangesOf(leafIndexes).slice(0, mostLeafRanges);
  const last = ranges.at(-1)?.[1] ?? 0;
  // The ledger takes a statement on leaves that it has.
  if (((await logs.anchored(log))?.treeSize ?? 0) <= last) return;
  const note = await signedStatement(dependencies, erasure, ranges);
  const statementHash = hash('sha256', note, 'hex');
  const submission: StatementSubmission = { origin: identities[log].origin, note };
  const submittedAtMs = clock.monotonicMs();
  try {
    const args = [JSON.stringify(submission)];
    const { blockNumber, result } = await ledger.submit({ contract: 'anchor', transaction: 'Erase', args });
    observeOwnCommit(submittedAtMs, blockNumber);
    const { transactionId } = JSON.parse(result) as StatementState;
    const receipt = await ledger.receipt(transactionId);
    const told = { erasureId, log, statementHash, note, transactionId, blockNumber: receipt.blockNumber, receipt };
    const stated = leafIndexes.filter((leafIndex) => leafIndex <= last);
    await erasures.state(told, stated);
  } catch (error) {
    // Another view of the ledger is not that far yet: the next pass tells it.
    if (isKind(error, 'ledger-refused') && error.detail.code === 'inconsistent') return;
    throw error;
  }
};

const signedStatement = (
  { identities, ledger }: Stating,
  { erasureId, erasedAt, log }: UnstatedErasure,
  leaves: readonly LeafRange[],
): Promise<string> => {
  const identity = identities[log];
  const facts = { network: ledger.network, erasure: erasureId, time: new Date(erasedAt).toISOString() };
  const text = formatLogStatement({ type: erasureType, origin: identity.origin, facts, leaves });
  return signNote(text, verifierKeyOf(identity), (message) => identity.signer.sign(message));
};
