import type { DirectoryEntry } from '@chartseal/contracts';
import type { KeyVault, LogName, PrivateJwk } from '@chartseal/ports';
import { issuerOf } from '@chartseal/server';
import { verifierKeyOf, type LogIdentity } from '@chartseal/service-anchor';
import { formatVerifierKey } from '@chartseal/tlog';
import type { Engines } from '../compose-engines.ts';
import { foundNetwork } from './found-network.ts';
import {
  members,
  mspIdOf,
  nameOf,
  otherScope,
  ownClientId,
  ownOrganization,
  ownScope,
  purposes,
  type Member,
} from './members.ts';
import type { SandboxClient } from './sandbox-file.ts';

/** Origins of this gateway's two logs: their ids in the directory. */
const origins: Record<LogName, string> = {
  records: 'sandbox.chartseal.example/hospital-a/records',
  access: 'sandbox.chartseal.example/hospital-a/access',
};

export type SandboxNetwork = {
  readonly logs: Readonly<Record<LogName, LogIdentity>>;
  readonly clients: Readonly<Record<Member, SandboxClient>>;
};

export const logIdentities = async (vault: KeyVault): Promise<Record<LogName, LogIdentity>> => ({
  records: { name: 'records', origin: origins.records, signer: await vault.signer('record-log', 'Ed25519') },
  access: { name: 'access', origin: origins.access, signer: await vault.signer('access-log', 'Ed25519') },
});

/** Makes or finds the keys of all three hospitals, registers our own system, and founds the directory. */
export const prepareNetwork = async (
  { vault, connections, stores }: Engines,
  baseUrl: string,
): Promise<SandboxNetwork> => {
  const logs = await logIdentities(vault);
  const keys = Object.fromEntries(
    await Promise.all(
      members.map(async (member) => [member, await vault.privateJwk(`client:${member}`, 'ES384')] as const),
    ),
  ) as Record<Member, PrivateJwk>;
  const clients = Object.fromEntries(members.map((member) => [member, clientOf(member, keys[member])])) as Record<
    Member,
    SandboxClient
  >;
  if ((await stores.clients.find(ownClientId)) === undefined) {
    const jwks = { keys: [publicPartOf(keys[ownOrganization])] };
    await stores.clients.add({
      clientId: ownClientId,
      name: 'Hospital A, record system',
      jwks,
      scope: ownScope,
      purposeOfUse: 'TREAT',
    });
  }
  const entries = Object.fromEntries(
    members.map((member) => [member, entryOf(member, keys[member], baseUrl, Object.values(logs))]),
  );
  await foundNetwork(connections, entries as Record<Member, DirectoryEntry>);
  return { logs, clients };
};

const clientOf = (member: Member, privateJwk: PrivateJwk): SandboxClient =>
  member === ownOrganization
    ? { clientId: ownClientId, organization: member, privateJwk, scope: ownScope }
    : { clientId: member, organization: member, privateJwk, scope: otherScope };

const entryOf = (member: Member, key: PrivateJwk, baseUrl: string, logs: readonly LogIdentity[]): DirectoryEntry => {
  const { fhirBaseUrl, tokenUrl } = issuerOf(baseUrl);
  const isOwn = member === ownOrganization;
  return {
    id: member,
    name: nameOf[member],
    mspId: mspIdOf[member],
    parent: null,
    jwks: { keys: [publicPartOf(key)] },
    fhirBaseUrl: isOwn ? fhirBaseUrl : null,
    tokenUrl: isOwn ? tokenUrl : null,
    consentBaseUrl: isOwn ? `${baseUrl}/consent` : null,
    witnessUrl: null,
    purposes,
    breakGlass: false,
    logs: isOwn
      ? logs.map((log) => ({ origin: log.origin, verifierKey: formatVerifierKey(verifierKeyOf(log)), fromSize: 0 }))
      : [],
    status: 'active',
  };
};

const publicPartOf = ({ kid, alg, ...jwk }: PrivateJwk): { kty: string; kid: string } & Record<string, string> => ({
  kid,
  alg,
  kty: String(jwk['kty']),
  crv: String(jwk['crv']),
  x: String(jwk['x']),
  y: String(jwk['y']),
});
