import { parseVerifierKey, TlogError } from '@chartseal/tlog';
import { refuse } from '../refusal.ts';
import { closed, count, flag, list, nullable, oneOf, text } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { sha256 } from '@chartseal/tlog/node';

/** A public key as a member publishes it (RFC 7517); only the members that public EC and RSA keys have. */
export type PublicJwk = Readonly<Record<string, string>> & { readonly kty: string; readonly kid: string };

/** A log that a member anchors. `verifierKey` is a C2SP vkey whose name is the origin. */
export type DirectoryLog = {
  readonly origin: string;
  readonly verifierKey: string;
  /** No checkpoint of a smaller tree is accepted as this log's first. */
  readonly fromSize: number;
};

/** A member organisation, as all others see it. */
export type DirectoryEntry = {
  /** What tokens, consents and enrolments call the organisation. */
  readonly id: string;
  readonly name: string;
  /** The identity under which it transacts. */
  readonly mspId: string;
  /** The id of the organisation that this one is a part of. */
  readonly parent: string | null;
  /** Keys of its clients' assertions. */
  readonly jwks: { readonly keys: readonly PublicJwk[] };
  readonly fhirBaseUrl: string | null;
  readonly tokenUrl: string | null;
  readonly consentBaseUrl: string | null;
  readonly witnessUrl: string | null;
  /** v3 ActReason codes that it may claim. */
  readonly purposes: readonly string[];
  /** Whether it may claim BTG (consent-semantics B13). */
  readonly breakGlass: boolean;
  readonly logs: readonly DirectoryLog[];
  readonly status: 'active' | 'suspended';
};

export const directoryId = text(/^[a-z0-9][a-z0-9.-]*$/, 64);
export const mspId = text(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 64);
export const purpose = text(/^[A-Z]{2,20}$/, 20);

/** No white space and no plus sign, which a C2SP key name cannot have. */
export const origin = text(/^[!-*,-~]+$/, 200);

const url: Shape<string | null> = nullable((value, at) => {
  const parsed = typeof value === 'string' && value.length <= 400 && URL.canParse(value) ? new URL(value) : undefined;
  const isUsable =
    parsed !== undefined &&
    /^https?:$/.test(parsed.protocol) &&
    `${parsed.username}${parsed.password}${parsed.hash}${parsed.search}` === '';
  return isUsable ? String(value) : refuse('malformed', { at });
});

const jwkMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
};

/** Refuses any other member: a private key sent by mistake would stay on the ledger for ever. */
const publicJwk: Shape<PublicJwk> = (value, at) => {
  const member = text(/^[\w.~:/-]+$/, 1400);
  const jwk = value as Readonly<Record<string, unknown>> | null;
  const allowed = typeof jwk?.['kty'] === 'string' ? jwkMembers[jwk['kty']] : undefined;
  if (jwk === null || allowed === undefined) return refuse('malformed', { at });
  const optional = new Set(['alg', 'use']);
  if (!allowed.every((name) => optional.has(name) || Object.hasOwn(jwk, name))) return refuse('malformed', { at });
  const entries = Object.entries(jwk).map(([name, item]) =>
    allowed.includes(name) ? [name, member(item, `${at}.${name}`)] : refuse('malformed', { at }),
  );
  return Object.fromEntries(entries) as PublicJwk;
};

export const directoryLog: Shape<DirectoryLog> = (value, at) => {
  const read = closed<DirectoryLog>({ origin, verifierKey: text(/^[!-~]+$/, 400), fromSize: count })(value, at);
  return keyName(read.verifierKey) === read.origin ? read : refuse('malformed', { at: `${at}.verifierKey` });
};

function keyName(verifierKey: string): string | undefined {
  try {
    return parseVerifierKey(sha256, verifierKey).name;
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
}

/** What a member changes alone. */
export const ownMembers = {
  jwks: closed<DirectoryEntry['jwks']>({ keys: list(publicJwk, 16) }),
  fhirBaseUrl: url,
  tokenUrl: url,
  consentBaseUrl: url,
  witnessUrl: url,
} as const;

/** What needs the approval of the others. */
export const sharedMembers = {
  name: text(/^\S(.*\S)?$/u, 200),
  parent: nullable(directoryId),
  purposes: list(purpose, 64),
  breakGlass: flag,
  logs: list(directoryLog, 16),
} as const;

export const directoryEntry = closed<DirectoryEntry>({
  id: directoryId,
  mspId,
  ...ownMembers,
  ...sharedMembers,
  status: oneOf('active', 'suspended'),
});
