import type { AnchoredLog } from '@chartseal/contracts';
import { ChartsealError, isKind, type LogName } from '@chartseal/ports';
import {
  consistencyProof,
  fromBase64,
  parseTree,
  rootHash,
  tileHashReader,
  TlogError,
  verifyConsistency,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import type { AnchorDependencies } from './dependencies.ts';

/** The newest checkpoint of the log that the ledger holds. */
export const latestOnLedger = async (
  { ledger, identities }: Pick<AnchorDependencies, 'ledger' | 'identities'>,
  log: LogName,
): Promise<AnchoredLog | undefined> => {
  try {
    const answer = await ledger.evaluate({ contract: 'anchor', transaction: 'Latest', args: [identities[log].origin] });
    return JSON.parse(answer) as AnchoredLog;
  } catch (error) {
    if (isKind(error, 'ledger-refused') && error.detail.code === 'not-found') return undefined;
    throw error;
  }
};

/**
 * That what we hold of a log goes on from what the ledger holds of it (RFC 6962 §2.1.2). A store restored from an old backup does not: to
 * append to it, or to sign it, would make a second history.
 * @throws ChartsealError `corrupt`
 */
export const requireContinuation = async (
  { logs, metrics }: Pick<AnchorDependencies, 'logs' | 'metrics'>,
  log: LogName,
  onLedger: AnchoredLog | undefined,
): Promise<void> => {
  try {
    await checkContinuation(logs, log, onLedger);
  } catch (error) {
    if (isKind(error, 'corrupt')) metrics.count('chartseal_log_diverged_total', { log });
    throw error;
  }
};

const checkContinuation = async (
  logs: AnchorDependencies['logs'],
  log: LogName,
  onLedger: AnchoredLog | undefined,
): Promise<void> => {
  if (onLedger === undefined) return;
  const head = await logs.head(log);
  const [oldSize, newSize] = [onLedger.treeSize, head?.treeSize ?? 0];
  if (head === undefined || newSize < oldSize)
    throw new ChartsealError('corrupt', `the ${log} log has ${newSize} leaves here and ${oldSize} on the ledger`);
  const oldRoot = fromBase64(onLedger.rootHash) ?? new Uint8Array();
  const newRoot = rootHash(sha256, parseTree(head.state));
  const read = tileHashReader(sha256, newSize, (tile) => logs.readTile(log, tile));
  try {
    const proof = await consistencyProof(sha256, oldSize, newSize, read);
    verifyConsistency(sha256, { oldSize, newSize, oldRoot, newRoot, proof });
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause;
    throw new ChartsealError('corrupt', `the ${log} log is not the one on the ledger`, {}, { cause });
  }
};
