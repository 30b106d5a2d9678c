import type { AuditFinding, LedgerFault, LogFault } from '@chartseal/client';

const faults = {
  checkpoint: 'its checkpoint is not one that a key which the trust file pins has signed (AT)',
  origin: 'it is another log than the one seen before (AT)',
  shrunk: 'it has fewer leaves than it signed before (AT): keep both checkpoints, they prove it',
  fork: 'it is not a continuation of what it signed before (AT): keep both checkpoints, they prove it',
  entries: 'it lacks entries that its checkpoint covers (AT)',
  root: 'its entries do not make the root that it signed (AT)',
  tile: 'a tile is not what the entries below it make (AT)',
  anchored: 'what it shows of the ledger is not proved (AT)',
  witnesses: 'too few of the witnesses that the trust file names have cosigned what it anchored (AT)',
  'behind-ledger': 'the ledger holds more of it than it shows (AT)',
  'not-on-ledger': 'the tree on the ledger is not one that it went through (AT)',
} as const satisfies Record<LogFault | LedgerFault, string>;

/** What is wrong with a log, and the checkpoints that show it. */
export const findingSentence = (log: string, { fault, at, evidence = [] }: AuditFinding): string =>
  [
    `${log} is not sound: ${faults[fault].replace('AT', () => at)} [${fault}]`,
    ...evidence.map((note) => JSON.stringify(note)),
  ].join(' ');
