import type { DirectoryEntry } from '@chartseal/contracts';
import type { Engines } from '@chartseal/engines';
import type { LogName, PrivateJwk } from '@chartseal/ports';
import { issuerOf } from '@chartseal/server';
import {
  allLogIdentities,
  currentLogIdentities,
  logIdentities,
  verifierKeyOf,
  type LogIdentity,
} from '@chartseal/service-anchor';
import { decisionsKey } from '@chartseal/service-query';
import { formatVerifierKey, type VerifierKey } from '@chartseal/tlog';
import type { SandboxLedger } from '../compose-sandbox-ledger.ts';
import { foundNetwork } from './found-network.ts';
import {
  logOrigin,
  members,
  mspIdOf,
  nameOf,
  otherScope,
  ownClientId,
  ownOrganization,
  ownScope,
  breakGlassMember,
  purposes,
  type Member,
} from './members.ts';
import type { SandboxClient } from './sandbox-file.ts';

export type SandboxNetwork = {
  readonly logs: Readonly<Record<LogName, LogIdentity>>;
  /** Those too whose place they have taken. */
  readonly allLogs: readonly LogIdentity[];
  /** Whose signature decision receipts carry. */
  readonly decisions: VerifierKey;
  readonly clients: Readonly<Record<Member, SandboxClient>>;
};

/** Makes or finds the keys of all three hospitals, registers our own system, and founds the directory. */
export const prepareNetwork = async (
  { vault, stores }: Pick<Engines, 'vault' | 'stores'>,
  { connections }: Pick<SandboxLedger, 'connections'>,
  baseUrl: string,
): Promise<SandboxNetwork> => {
  const founded = await logIdentities(vault, logOrigin);
  const logs = await currentLogIdentities(vault, logOrigin, stores.logs);
  const keys = Object.fromEntries(
    await Promise.all(
      members.map(async (member) => [member, await vault.privateJwk(`client:${member}`, 'ES384')] as const),
    ),
  ) as Record<Member, PrivateJwk>;
  const known = await stores.clients.find(ownClientId);
  // A sandbox of an earlier release keeps the client that it has registered.
  const registered = known?.scope ?? ownScope;
  const clients = Object.fromEntries(
    members.map((member) => [member, clientOf(member, keys[member], registered)]),
  ) as Record<Member, SandboxClient>;
  if (known === undefined) {
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
    members.map((member) => [member, entryOf(member, keys[member], baseUrl, Object.values(founded))]),
  );
  await foundNetwork(connections, entries as Record<Member, DirectoryEntry>);
  const allLogs = await allLogIdentities(vault, logOrigin, stores.logs);
  return { logs, allLogs, decisions: await decisionsKey(vault, logOrigin), clients };
};

const clientOf = (member: Member, privateJwk: PrivateJwk, registered: string): SandboxClient =>
  member === ownOrganization
    ? { clientId: ownClientId, organization: member, privateJwk, scope: registered }
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
    witnessUrl: isOwn ? `${baseUrl}/witness` : null,
    purposes: member === breakGlassMember ? [...purposes, 'BTG'] : purposes,
    breakGlass: member === breakGlassMember,
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
