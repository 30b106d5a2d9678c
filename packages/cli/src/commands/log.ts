import { exportLog, httpLog } from '@chartseal/client';
import { directoryTiles } from '@chartseal/tlog/node';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { findingSentence } from '../log-finding.ts';
import { readTrust } from '../read-trust.ts';

type ExportOptions = { readonly url: string; readonly trust: string };

/** For anybody: the log is public. */
export const logCommand = (): Command =>
  new Command('log').description('a hospital’s public logs').addCommand(
    new Command('export')
      .description('writes a mirror of a log, static files that verify by themselves, or brings it up to date')
      .argument('<directory>', 'where the mirror is')
      .requiredOption('--url <logBaseUrl>', 'of the log, such as https://hospital.example/log/records')
      .requiredOption('--trust <trust.json>', 'pins the log’s keys')
      .action(async (directory: string, { url, trust: trustPath }: ExportOptions) => {
        const { logs: keys } = await readTrust(trustPath);
        const exported = await exportLog(httpLog(url), directoryTiles(directory), { keys });
        if (exported.outcome === 'refuted') throw new CliError(findingSentence(url, exported));
        const { checkpoint, from } = exported;
        console.log(
          `${directory}: ${checkpoint.origin}, ${checkpoint.treeSize} leaves, ${checkpoint.treeSize - from} of them new`,
        );
      }),
  );
