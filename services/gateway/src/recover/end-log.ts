import type { LogSuccession } from '@chartseal/contracts';
import { ChartsealError, type LogName } from '@chartseal/ports';
import { continuationOf, ledgerLog, logOriginOf, type Continuation } from '@chartseal/server';
import { verifierKeyOf, type LogIdentity } from '@chartseal/service-anchor';
import {
  emptyTree,
  formatCheckpoint,
  formatVerifierKey,
  parseCheckpoint,
  parseNote,
  rootHash,
  signNote,
  toBase64,
  type Checkpoint,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import type { RecoveryEngines } from '../compose-recovery.ts';
import { currentIdentity, lineOf } from './line.ts';
import { recoveryStatement } from './statement.ts';

export type Base = { readonly treeSize: number; readonly rootHash: string };
export type Broken = Exclude<Continuation, { readonly kind: 'continues' }>;

/**
 * Ends the log on the ledger at the last size that the store can prove, and names there the one that goes on with what the store holds. Leaves that the ledger
 * has and this store has not are lost; of another history that is all from where the two are known to be one.
 * @throws ChartsealError `corrupt` for a store that holds something else than it noted itself: no successor makes that right
 */
export const endLog = async (engines: RecoveryEngines, log: LogName, onLedger: Base, found: Broken): Promise<void> => {
  const { logs, ledger, logOrigin } = engines;
  const before = await currentIdentity(engines, log);
  const proven = await provenTree(engines, log, before);
  await requireSound(engines, log, proven, onLedger);
  const next = logOriginOf(logOrigin, log, (await logs.generation(log)) + 1);
  const stored = (await logs.head(log))?.treeSize ?? 0;
  const cut = found.kind === 'shorter' ? stored : proven.treeSize;
  const statement = await recoveryStatement(engines, {
    log,
    leaves: [[cut, onLedger.treeSize - 1]],
    facts: { outcome: 'succeeded', successor: next, proven: String(proven.treeSize), stored: String(stored) },
  });
  const verifierKey = formatVerifierKey(verifierKeyOf({ ...before, origin: next }));
  const successor = { origin: next, verifierKey, fromSize: proven.treeSize };
  const note = await signedCheckpoint(before, proven);
  const succession: LogSuccession = { origin: before.origin, note, successor, statement };
  await ledger.submit({ contract: 'anchor', transaction: 'Succeed', args: [JSON.stringify(succession)] });
};

type Tree = Pick<Checkpoint, 'treeSize' | 'rootHash'>;

/** The newest checkpoint that the store noted as anchored, should its log go on from it; else that with which its log began, or nothing. */
const provenTree = async (engines: RecoveryEngines, log: LogName, { origin }: LogIdentity): Promise<Tree> => {
  const noted = await engines.logs.anchored(log);
  if (noted !== undefined) {
    const checkpoint = parseCheckpoint(parseNote(noted.note).text);
    const line = await lineOf(engines, log);
    const common = line.find((ancestor) => ancestor.origin === checkpoint.origin)?.common ?? 0;
    if (checkpoint.treeSize <= common) return checkpoint;
  }
  const beginning = await ledgerLog(engines.ledger).beginning(origin);
  if (beginning !== undefined && (await continuationOf(engines.logs, log, beginning)).kind === 'continues')
    return { treeSize: beginning.treeSize, rootHash: new Uint8Array(Buffer.from(beginning.rootHash, 'base64')) };
  return { treeSize: 0, rootHash: rootHash(sha256, emptyTree) };
};

const requireSound = async ({ logs }: RecoveryEngines, log: LogName, proven: Tree, onLedger: Base): Promise<void> => {
  const base = { treeSize: proven.treeSize, rootHash: toBase64(proven.rootHash) };
  const { kind } = await continuationOf(logs, log, base);
  if (kind !== 'continues' || proven.treeSize >= onLedger.treeSize)
    throw new ChartsealError(
      'corrupt',
      `the ${log} log contradicts what this store noted as anchored: it is damaged, or was on another ledger. Run fsck, and restore a backup`,
    );
};

export const signedCheckpoint = (identity: LogIdentity, { treeSize, rootHash: root }: Tree): Promise<string> => {
  const text = formatCheckpoint({ origin: identity.origin, treeSize, rootHash: root, extensions: [] });
  return signNote(text, verifierKeyOf(identity), (message) => identity.signer.sign(message));
};
