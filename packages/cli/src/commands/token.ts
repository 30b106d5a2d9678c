import { requestToken } from '@chartseal/client';
import { Command } from 'commander';
import { readSandbox, sandboxClient, sandboxOption } from '../sandbox.ts';

type Options = {
  readonly purpose: string;
  readonly scope?: string;
  readonly reason?: string;
  readonly sandbox: string;
};

/** Prints the access token and nothing else: `curl -H "Authorization: Bearer $(chartseal token …)"`. */
export const tokenCommand = (): Command =>
  new Command('token')
    .description('an access token for one of the sandbox’s hospitals')
    .argument('<client>', 'hospital-a (owns the gateway), hospital-b or hospital-c')
    .requiredOption('--purpose <code>', 'why: TREAT, HPAYMT, HRESCH, or BTG in an emergency')
    .option('--reason <text>', 'why it is an emergency')
    .option('--scope <scopes>', 'SMART v2 scopes; all that the client may have unless given')
    .addOption(sandboxOption())
    .action(async (name: string, { purpose, scope, reason, sandbox: path }: Options) => {
      const sandbox = await readSandbox(path);
      const request = {
        tokenUrl: sandbox.tokenUrl,
        purpose,
        ...(scope === undefined ? {} : { scope }),
        ...(reason === undefined ? {} : { reason }),
      };
      const { accessToken } = await requestToken(sandboxClient(sandbox, name), request);
      process.stdout.write(`${accessToken}\n`);
    });
