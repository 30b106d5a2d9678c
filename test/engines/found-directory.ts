/** Founds a network as its hospitals would: each with its own identity and the command line. */
import { equal } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendClient } from '@chartseal/client';
import type { JWK } from 'jose';
import type { Hospital } from '../testing/caller.ts';
import { chartseal } from '../testing/chartseal.ts';
import type { Variables } from './native-engine.ts';

export type Founding = {
  /** Where files may be put. */
  readonly folder: string;
  /** Of the two founders. */
  readonly environments: Readonly<Record<'hospital-a' | 'hospital-b', Variables>>;
  readonly clients: Readonly<Record<Hospital, BackendClient>>;
};

const purposes = ['TREAT', 'HPAYMT', 'HRESCH'];

const publicPart = (jwk: JWK): JWK => {
  const { d: _, ...open } = jwk;
  return open;
};

/** hospital-a and hospital-b found it, then admit hospital-c, which has no peer. @returns the network's id */
export const foundDirectory = async ({ folder, environments, clients }: Founding): Promise<string> => {
  const run = async (founder: keyof Founding['environments'], ...args: readonly string[]): Promise<string> => {
    const { status, output } = await chartseal(args, environments[founder]);
    equal(status, 0, `chartseal ${args.join(' ')}: ${output}`);
    return output;
  };
  const save = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const jwks = (hospital: Hospital): string => JSON.stringify({ keys: [publicPart(clients[hospital].privateJwk)] });

  const entryOf = async (founder: keyof Founding['environments']): Promise<string> => {
    const keys = await save(`${founder}.jwks.json`, jwks(founder));
    const entry = await run(
      founder,
      'directory',
      'entry',
      '--name',
      founder,
      '--jwks',
      keys,
      '--purposes',
      ...purposes,
      ...(founder === 'hospital-b' ? ['BTG', '--break-glass'] : []),
    );
    return save(`${founder}.json`, entry);
  };
  const entries = [await entryOf('hospital-a'), await entryOf('hospital-b')];
  const text = await run('hospital-a', 'directory', 'document', '--attested', ...entries);
  const document = await save('founding.json', text);
  await run('hospital-a', 'directory', 'found', document);
  await run('hospital-b', 'directory', 'found', document);

  const admission = await save('admission.json', JSON.stringify({ kind: 'admit', entry: strangerEntry(jwks) }));
  const { hash } = JSON.parse(await run('hospital-a', 'directory', 'propose', admission)) as { hash: string };
  await run('hospital-b', 'directory', 'approve', hash, '--yes');

  const own = clients['hospital-a'];
  const keys = join(folder, 'hospital-a.jwks.json');
  await run(
    'hospital-a',
    'client',
    'add',
    '--name',
    'Record system',
    '--id',
    own.clientId,
    '--jwks',
    keys,
    '--scope',
    own.scope,
    '--purpose',
    'TREAT',
  );
  return (JSON.parse(text) as { network: string }).network;
};

const strangerEntry = (jwks: (hospital: Hospital) => string): object => ({
  id: 'hospital-c',
  name: 'hospital-c',
  mspId: 'HospitalCMSP',
  parent: null,
  jwks: JSON.parse(jwks('hospital-c')) as object,
  fhirBaseUrl: null,
  tokenUrl: null,
  consentBaseUrl: null,
  witnessUrl: null,
  purposes,
  breakGlass: false,
  logs: [],
  status: 'active',
});
