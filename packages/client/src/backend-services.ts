/** SMART Backend Services, the client's side: https://hl7.org/fhir/smart-app-launch/backend-services.html */
import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';

/** A client as the sandbox's `sandbox.json` lists it, or as its own organisation keeps it. */
export type BackendClient = {
  readonly clientId: string;
  /** Directory id. */
  readonly organization: string;
  /** Private; `kid` and `alg` (ES256, ES384 or RS384) are required. */
  readonly privateJwk: JWK;
  /** SMART v2 scopes, separated by blanks. */
  readonly scope: string;
};

/** Who acts at the client's organisation, for the audit: `subject_name`, `subject_role`, … of the HL7 B2B object. */
export type ActingSubject = Readonly<Record<`subject_${string}`, string>>;

export type TokenRequest = {
  readonly tokenUrl: string;
  /** v3 ActReason, `TREAT` for one. Needed unless the client's purpose was fixed at its registration. */
  readonly purpose?: string;
  readonly scope?: string;
  readonly subject?: ActingSubject;
  /** Why this is an emergency, in at most 1,000 characters; needed for BTG. The hospital that is asked keeps it, and shows it to the patient. */
  readonly reason?: string;
};

export type AccessToken = { readonly accessToken: string; readonly expiresInSeconds: number; readonly scope: string };

/** The token endpoint said no (RFC 6749 §5.2). `code` is its `error`. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, description: string) {
    super(`${code}: ${description}`);
    this.code = code;
    this.status = status;
  }
}

const assertionLifetimeSeconds = 240;
const purposeSystem = 'urn:oid:2.16.840.1.113883.5.8';

/** The signed assertion that proves who asks: iss = sub = the client, aud = the token URL, one use. */
export const clientAssertion = async (
  client: BackendClient,
  { tokenUrl, purpose, subject, reason }: TokenRequest,
): Promise<string> => {
  const { alg = 'ES384', kid } = client.privateJwk;
  const b2b = {
    version: '1',
    organization_id: client.organization,
    purpose_of_use: [`${purposeSystem}#${purpose ?? ''}`],
    ...subject,
    ...(reason === undefined ? {} : { reason }),
  };
  return new SignJWT(purpose === undefined ? {} : { extensions: { 'hl7-b2b': b2b } })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(client.clientId)
    .setSubject(client.clientId)
    .setAudience(tokenUrl)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${assertionLifetimeSeconds}s`)
    .sign(await importJWK(client.privateJwk, alg));
};

/** @throws TokenError with OAuth's own code */
export const requestToken = async (client: BackendClient, request: TokenRequest): Promise<AccessToken> => {
  const response = await fetch(request.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: request.scope ?? client.scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion(client, request),
    }),
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (!response.ok)
    throw new TokenError(
      response.status,
      textOf(answer['error'], 'no error code'),
      textOf(answer['error_description'], ''),
    );
  return {
    accessToken: textOf(answer['access_token'], ''),
    expiresInSeconds: Number(answer['expires_in']),
    scope: textOf(answer['scope'], request.scope ?? client.scope),
  };
};

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
