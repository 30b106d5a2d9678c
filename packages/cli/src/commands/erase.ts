import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';

type EraseOptions = { readonly finish?: true; readonly list?: true; readonly data: string };

/** What is to be erased is said to the gateway (`POST …/$erase`); this is what an operator does after that. */
export const eraseCommand = (env: Env): Command =>
  new Command('erase')
    .description('what was erased: the statements that tell of it, and clearing the store’s files')
    .option(
      '--finish',
      'rewrites tables, indexes and log of the store, so that none of its files holds what was erased',
    )
    .option('--list', 'prints each statement that the ledger was told')
    .addOption(dataOption())
    .action(async ({ finish, list, data }: EraseOptions) => {
      if ((finish === true) === (list === true)) throw new CliError('say either --finish or --list');
      const operation = await readOperation(env, data);
      const { finishErasures, listErasures } = await import('@chartseal/service-gateway');
      if (list === true) {
        for (const { note } of await listErasures(operation)) console.log(note);
        return;
      }
      const { finished, remaining } = await finishErasures(operation);
      console.log(`${finished} erasures are finished: the store’s own files hold nothing of them`);
      for (const each of remaining) console.log(`not cleared: ${each}`);
      console.log('backups from before hold it until they expire');
    });
