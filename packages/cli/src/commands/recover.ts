import { writeFile } from 'node:fs/promises';
import { httpLog, mirrorSource, type LogSource } from '@chartseal/client';
import type { Env } from '@chartseal/server';
import type { RecoveredLog } from '@chartseal/service-gateway';
import { directoryTiles } from '@chartseal/tlog/node';
import { Command } from 'commander';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';

type RecoverOptions = {
  readonly mirrorRecords?: string;
  readonly mirrorAccess?: string;
  readonly out: string;
  readonly data: string;
};

const where = 'its directory or URL, as `chartseal log export` writes it';

export const recoverCommand = (env: Env): Command =>
  new Command('recover')
    .description(
      'after a restore: puts a stopped gateway’s logs right with the ledger, and lists every version that was lost',
    )
    .option('--mirror-records <mirror>', `of the record log: ${where}; without it a successor of the log goes on`)
    .option('--mirror-access <mirror>', 'the same of the access log')
    .option('--out <file>', 'where the list of what was lost is written', 'recovery.json')
    .addOption(dataOption())
    .action(async ({ mirrorRecords, mirrorAccess, out, data }: RecoverOptions) => {
      const { recover } = await import('@chartseal/service-gateway');
      const mirrors = { records: sourceOf(mirrorRecords), access: sourceOf(mirrorAccess) };
      const recovered = await recover(await readOperation(env, data), (log) => mirrors[log]);
      await writeFile(out, `${JSON.stringify(recovered, undefined, 1)}\n`, { mode: 0o600 });
      for (const log of recovered) console.log(sentenceOf(log));
      console.log(`every leaf is in ${out}`);
    });

const sourceOf = (mirror: string | undefined): LogSource | undefined => {
  if (mirror === undefined) return undefined;
  return /^https?:/.test(mirror) ? httpLog(mirror) : mirrorSource(directoryTiles(mirror));
};

const outcomes = {
  stood: 'stands as it is',
  claimed: 'is this gateway’s again; the other is refused from now on',
  continued: 'goes on as it was, from the mirror',
  succeeded: 'ended on the ledger; its successor goes on from what this store holds',
} as const satisfies Record<RecoveredLog['outcome'], string>;

const sentenceOf = ({ log, outcome, origin, storedSize, ledgerSize, lost, erasedAgain }: RecoveredLog): string =>
  `${log}: ${outcomes[outcome]} (${origin}). ${storedSize} leaves were here, ${ledgerSize} on the ledger; ` +
  `${lost.length} versions are lost${lost.length === 0 ? '' : `: leaves ${lost.map(({ leafIndex }) => leafIndex).join(', ')}`}. ${erasedAgain} versions were erased again.`;
