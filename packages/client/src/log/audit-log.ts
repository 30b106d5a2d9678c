/** A third party's look at a log: that it only grew, that its tiles are what its entries make, and that it is the one on the ledger. */
import { openCheckpoint, parseVerifierKey, type Checkpoint } from '@chartseal/tlog';
import { portablePrimitives, type ProofPrimitives } from '../portable-primitives.ts';
import { isObject, readReceipt } from '../proof-file.ts';
import type { ProvedLedger } from '../proof-verdict.ts';
import type { TrustFile } from '../trust-file.ts';
import { verifyAnchor } from '../verify-leaf.ts';
import { verifyWitnesses } from '../witness-policy.ts';
import { continuesByTiles } from './continues-by-tiles.ts';
import { followLog, requireSigned, type LogFinding, type SeenLog } from './follow-log.ts';
import type { LogSource } from './log-source.ts';

export type LedgerFault =
  | 'anchored' // what the log shows as anchored is not that, or no trusted receipt shows it; `at` says why
  | 'witnesses' // fewer witnesses than the trust file asks for have cosigned what is anchored; `at`: how many of how many
  | 'behind-ledger' // the ledger has a larger tree than the log shows
  | 'not-on-ledger'; // the tree on the ledger is not one that the log went through

export type AuditFinding =
  | LogFinding
  | { readonly fault: LedgerFault; readonly at: string; readonly evidence?: readonly string[] };

export type AuditedLog =
  | {
      readonly outcome: 'sound';
      readonly checkpoint: Checkpoint;
      /** How many leaves were there at the last look. */
      readonly from: number;
      /** The newest tree that is shown to be on the ledger; undefined where the log shows none. */
      readonly anchored: OnLedger | undefined;
      readonly seen: SeenLog;
    }
  | ({ readonly outcome: 'refuted' } & AuditFinding);

export type AuditOptions = {
  readonly trust: TrustFile;
  /** What the last audit kept; without it the whole log is read. */
  readonly seen?: SeenLog | undefined;
  /** Reads the whole log once more: it must make the very checkpoint that was reached from what was seen. */
  readonly full?: true | undefined;
  readonly primitives?: ProofPrimitives;
};

/** @throws LogSourceError where the log cannot be read: then nothing is said about it */
export const auditLog = async (source: LogSource, options: AuditOptions): Promise<AuditedLog> => {
  const { trust, seen, full, primitives = portablePrimitives } = options;
  if (seen !== undefined) await requireSigned(seen, { ...primitives, keys: trust.logs });
  // Before the checkpoint: a log that grows meanwhile anchors more than the checkpoint that was read covers.
  const shown = await source.anchored();
  const followed = await followLog(source, { ...primitives, keys: trust.logs, seen });
  if (followed.outcome === 'refuted') return followed;
  const { checkpoint, from } = followed;
  if (full === true && seen !== undefined) {
    // The same checkpoint: another could be of a history that goes well with itself alone.
    const pinned = { ...source, checkpoint: async () => followed.seen.note };
    const whole = await followLog(pinned, { ...primitives, keys: trust.logs });
    if (whole.outcome === 'refuted') return whole;
  }
  const anchored = await compareWithLedger({ ...source, anchored: async () => shown }, checkpoint, trust, primitives);
  if (anchored !== undefined && 'fault' in anchored) return { outcome: 'refuted', ...anchored };
  const onLedger = anchored?.treeSize ?? 0;
  const before = seen?.anchoredSize ?? 0;
  // What was shown once does not go away.
  if (onLedger < before)
    return {
      outcome: 'refuted',
      fault: 'anchored',
      at: `${onLedger} leaves are shown to be on the ledger, and ${before} were`,
    };
  return { outcome: 'sound', checkpoint, from, anchored, seen: { ...followed.seen, anchoredSize: onLedger } };
};

export type OnLedger = {
  readonly treeSize: number;
  readonly ledger: ProvedLedger;
  /** Their names, where the trust file asks for some. */
  readonly witnesses?: readonly string[];
};

const compareWithLedger = async (
  source: LogSource,
  newest: Checkpoint,
  trust: TrustFile,
  primitives: ProofPrimitives,
): Promise<OnLedger | AuditFinding | undefined> => {
  const shown = await source.anchored();
  if (shown === undefined)
    return trust.witnesses === undefined ? undefined : { fault: 'witnesses', at: 'nothing anchored is shown' };
  const receipt = isObject(shown) ? readReceipt(shown['receipt']) : undefined;
  const note = isObject(shown) ? shown['note'] : undefined;
  if (receipt === undefined || typeof note !== 'string') return { fault: 'anchored', at: 'malformed' };
  const { sha256, verifyEd25519 } = primitives;
  const keys = trust.logs.map((key) => parseVerifierKey(sha256, key)).filter(({ name }) => name === newest.origin);
  const held = await openCheckpoint(note, keys, verifyEd25519).catch(() => undefined);
  if (held === undefined) return { fault: 'anchored', at: 'checkpoint' };
  const { treeSize } = held;
  const ledger = await verifyAnchor(receipt, { checkpoint: held, note }, trust, primitives);
  if ('outcome' in ledger) return { fault: 'anchored', at: [ledger.fault, ledger.at ?? ''].join(' ').trim() };
  if (treeSize > newest.treeSize)
    return {
      fault: 'behind-ledger',
      at: `${newest.treeSize} leaves here, ${treeSize} on the ledger`,
      evidence: [note],
    };
  if (!(await continuesByTiles(sha256, source.readTile, held, newest)))
    return { fault: 'not-on-ledger', at: `tree size ${treeSize}`, evidence: [note] };
  if (trust.witnesses === undefined) return { treeSize, ledger };
  const witnesses = await verifyWitnesses(note, trust.witnesses, primitives);
  return 'outcome' in witnesses
    ? { fault: 'witnesses', at: witnesses.at ?? '', evidence: [note] }
    : { treeSize, ledger, witnesses };
};
