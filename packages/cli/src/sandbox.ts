import { readFile } from 'node:fs/promises';
import type { BackendClient } from '@chartseal/client';
import { Option } from 'commander';
import { CliError } from './cli-error.ts';

/** DESIGN §6, Start: what a running sandbox writes for those who play with it. */
export type Sandbox = {
  readonly fhirBaseUrl: string;
  readonly tokenUrl: string;
  readonly consentBaseUrl: string;
  readonly network: string;
  readonly clients: Readonly<Record<string, BackendClient>>;
};

export const sandboxOption = (): Option =>
  new Option('--sandbox <file>', 'the file that the sandbox gateway wrote').default('.data/sandbox.json');

/** @throws CliError */
export const readSandbox = async (path: string): Promise<Sandbox> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(
      `${path} cannot be read; start the sandbox with \`npx pnpm@12 start\`, or name its file with --sandbox`,
      { cause },
    );
  });
  try {
    const sandbox = JSON.parse(text) as Sandbox;
    if (typeof sandbox.tokenUrl === 'string' && typeof sandbox.clients === 'object') return sandbox;
  } catch {
    // Said below.
  }
  throw new CliError(`${path} is not a sandbox file; start the sandbox anew with \`npx pnpm@12 start\``);
};

/** @throws CliError */
export const sandboxClient = ({ clients }: Sandbox, name: string): BackendClient => {
  const client = Object.hasOwn(clients, name) ? clients[name] : undefined;
  if (client === undefined)
    throw new CliError(`the sandbox has no client ${name}; it has ${Object.keys(clients).join(', ')}`);
  return client;
};
