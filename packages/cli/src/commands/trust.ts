import { TrustFileError, type WitnessPolicy } from '@chartseal/client';
import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readMspAuthorities } from '../msp-authorities.ts';
import { readOperation } from '../operation.ts';

type Options = {
  readonly msp: readonly string[];
  readonly witness?: readonly string[];
  readonly threshold?: string;
};

/** @throws CliError */
const policyOf = (keys: Options['witness'], threshold: Options['threshold']): WitnessPolicy | undefined => {
  if (keys === undefined && threshold !== undefined)
    throw new CliError('--threshold is of witnesses: name them with --witness');
  if (keys === undefined) return undefined;
  return { threshold: Number(threshold ?? Math.floor(keys.length / 2) + 1), keys };
};

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
    .option(
      '--witness <key...>',
      'the key of each other hospital’s witness (<its base URL>/witness/verifier-key), as that hospital itself gave it to you',
    )
    .option('--threshold <number>', 'how many of them must have cosigned a checkpoint; more than half unless told')
    .action(async ({ msp, witness, threshold }: Options) => {
      const organizations = await readMspAuthorities(msp);
      const { trustFileOf } = await import('@chartseal/service-gateway');
      const operation = await readOperation(env, '.data');
      const trust = await trustFileOf(operation, organizations, policyOf(witness, threshold)).catch(
        (error: unknown) => {
          if (error instanceof TrustFileError) throw new CliError(`no trust file comes of this: ${error.message}`);
          throw error;
        },
      );
      console.log(JSON.stringify(trust, null, 2));
    });
