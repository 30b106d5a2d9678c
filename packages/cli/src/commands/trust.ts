import { TrustFileError } from '@chartseal/client';
import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readMspAuthorities } from '../msp-authorities.ts';
import { readOperation } from '../operation.ts';

/** Prints the trust file and nothing else. */
export const trustCommand = (env: Env): Command =>
  new Command('trust')
    .description(
      'the trust file with which strangers check this hospital’s proofs, made of its configuration and its keys',
    )
    .requiredOption(
      '--msp <id=file...>',
      'for each member of the channel the authority of its identities (PEM), as that hospital itself gave it to you',
    )
    .action(async ({ msp }: { readonly msp: readonly string[] }) => {
      const organizations = await readMspAuthorities(msp);
      const { trustFileOf } = await import('@chartseal/service-gateway');
      const operation = await readOperation(env, '.data');
      const trust = await trustFileOf(operation, organizations).catch((error: unknown) => {
        if (error instanceof TrustFileError) throw new CliError(`no trust file comes of this: ${error.message}`);
        throw error;
      });
      console.log(JSON.stringify(trust, null, 2));
    });
