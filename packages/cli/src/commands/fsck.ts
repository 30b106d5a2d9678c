import { join } from 'node:path';
import type { Env } from '@chartseal/server';
import type { FsckSummary } from '@chartseal/service-gateway';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';

type Options = { readonly data: string; readonly incremental?: true; readonly state?: string };

/**
 * One line a finding, then what was looked at, then a summary. Exit status 0: clean; 1: findings; another where it could not look (a store or ledger
 * that is away).
 */
export const fsckCommand = (env: Env): Command =>
  new Command('fsck')
    .description('checks store, logs, patients’ signatures and ledger of a gateway against each other')
    .addOption(dataOption())
    .option('--incremental', 'look only at what is new since the last clean run')
    .option(
      '--state <file>',
      'what a clean run leaves for the next (default: fsck.json in the data directory of a sandbox)',
    )
    .action(async ({ data, incremental, state: given }: Options) => {
      const { fsck } = await import('@chartseal/service-gateway');
      const operation = await readOperation(env, data);
      const state = given ?? (operation.mode === 'sandbox' ? join(operation.dataDirectory, 'fsck.json') : undefined);
      if (incremental === true && state === undefined)
        throw new CliError('name with --state the file that a clean run has left');
      const summary = await fsck(
        operation,
        ({ place, problem }) => {
          console.log(`${place}: ${problem}`);
        },
        { extent: incremental === true ? 'incremental' : 'full', ...(state === undefined ? {} : { state }) },
      );
      for (const line of told(summary, incremental === true)) console.log(line);
      if (summary.findings > 0) process.exitCode = 1;
    });

const told = (summary: FsckSummary, isIncremental: boolean): readonly string[] => {
  const { versions, leaves, blocks, handles, findings, pending, unstated, seconds, passedOver } = summary;
  const rate = `${versions} versions in ${seconds.toFixed(1)} s, ${Math.round(versions / seconds)}/s, and ${handles} patients’ handles`;
  const checked = `${versions} versions, ${leaves} leaves, ${blocks} blocks`;
  return [
    passedOver === undefined ? `looked at everything: ${rate}` : `looked at what is new: ${rate}`,
    ...(isIncremental && passedOver === undefined ? ['there was no clean run to go on from'] : []),
    ...(passedOver === undefined
      ? []
      : [
          `not looked at again since it was clean on ${passedOver.since}: contents, keys, index and tiles of what lies below leaf ${passedOver.records} of records and ${passedOver.access} of access`,
        ]),
    ...(unstated === 0 ? [] : [`${unstated} erased versions, of which the ledger was not told yet`]),
    `${findings === 0 ? 'clean' : `${findings} findings`}: ${checked}; ${pending} not anchored yet`,
  ];
};
