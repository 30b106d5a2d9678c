import { readFile } from 'node:fs/promises';
import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { CliError, codeOf } from '../cli-error.ts';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';

type Options = {
  readonly name: string;
  readonly id?: string;
  readonly jwks: string;
  readonly scope: string;
  readonly purpose: string;
  readonly data: string;
};

type Jwks = { readonly keys: readonly Readonly<Record<string, unknown>>[] };

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

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const readPublicKeys = async (path: string): Promise<Jwks> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });
  const keys = keysOf(text);
  if (keys.length === 0 || keys.some((key) => typeof key['kty'] !== 'string' || typeof key['kid'] !== 'string'))
    throw new CliError(`${path} is not a JWK Set whose keys each have kty and kid; write { "keys": [ … ] }`);
  if (keys.some((key) => privateMembers.some((member) => Object.hasOwn(key, member))))
    throw new CliError(`${path} holds a private key; give the public half alone, and count that key as exposed`);
  return { keys };
};

const keysOf = (text: string): Jwks['keys'] => {
  try {
    const { keys } = JSON.parse(text) as Jwks;
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null) ? keys : [];
  } catch {
    return [];
  }
};
