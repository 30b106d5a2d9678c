import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';
import { readPublicKeys } from '../public-keys.ts';

type Options = {
  readonly name: string;
  readonly id?: string;
  readonly jwks: string;
  readonly scope: string;
  readonly purpose: string;
  readonly data: string;
};

export const clientCommand = (env: Env): Command =>
  new Command('client').description('the hospital’s own systems').addCommand(clientAddCommand(env));

/** Prints the client id. */
const clientAddCommand = (env: Env): Command =>
  new Command('add')
    .description('registers a system of this hospital’s, for one purpose')
    .requiredOption('--name <name>', 'for people')
    .option('--id <id>', 'the client id; made from the name unless given')
    .requiredOption('--jwks <file>', 'its public keys, as a JWK Set')
    .requiredOption('--scope <scopes>', 'the SMART v2 scopes that it may ask for')
    .requiredOption('--purpose <code>', 'what all that it does is for: TREAT, HPAYMT, …')
    .addOption(dataOption())
    .action(async ({ name, id, jwks: path, scope, purpose, data }: Options) => {
      const clientId = id ?? idOf(name);
      const jwks = await readPublicKeys(path);
      const { addClient } = await import('@chartseal/service-gateway');
      await addClient(await readOperation(env, data), { clientId, name, jwks, scope, purposeOfUse: purpose });
      process.stdout.write(`${clientId}\n`);
    });

const idOf = (name: string): string => {
  const id = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (id === '') throw new CliError('no client id can be made from this name; give one with --id');
  return id;
};
