import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';

/** One line a finding, then a summary. Exit status 1 if there is any. */
export const fsckCommand = (env: Env): Command =>
  new Command('fsck')
    .description('checks store, logs and ledger of a gateway against each other')
    .addOption(dataOption())
    .action(async ({ data }: { readonly data: string }) => {
      const { fsck } = await import('@chartseal/service-gateway');
      const { versions, leaves, blocks, findings, pending } = await fsck(
        await readOperation(env, data),
        ({ place, problem }) => {
          console.log(`${place}: ${problem}`);
        },
      );
      const checked = `${versions} versions, ${leaves} leaves, ${blocks} blocks`;
      console.log(`${findings === 0 ? 'clean' : `${findings} findings`}: ${checked}; ${pending} not anchored yet`);
      if (findings > 0) process.exitCode = 1;
    });
