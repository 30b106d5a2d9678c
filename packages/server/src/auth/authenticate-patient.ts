import { currentSigners, readerKey } from '@chartseal/consent';
import { ChartsealError, type ClientStore, type PatientHandle, type PatientStore } from '@chartseal/ports';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { RateLimits } from './authenticate.ts';
import type { LogStanding } from '../logs/log-standing.ts';

/** What a patient's token is held against. */
export type PatientDoor = {
  /** A store that was set back knows neither a key that was lost since nor a handle that was closed. */
  readonly standing: Pick<LogStanding, 'require'>;
  readonly patients: Pick<PatientStore, 'handle' | 'directives'>;
  readonly clients: Pick<ClientStore, 'useJti'>;
  readonly clock: Clock;
  /** Without a trailing slash. */
  readonly consentBaseUrl: string;
  /** Of requests under one handle, once the key has proved itself. */
  readonly limits?: Pick<RateLimits, 'other'>;
};

const maxLifetimeSeconds = 60;
const clockToleranceSeconds = 5;

const claims = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().regex(/^[ -~]{1,128}$/),
  htm: z.string(),
  htu: z.string(),
});

/** DESIGN §6 Consent: exactly these; a `jwk` or `crit` of the caller's is no header of ours. */
const header = z.strictObject({
  alg: z.literal('ES256'),
  kid: z.string(),
  typ: z.literal('chartseal-read+jwt'),
});
const handlePattern = /^[A-Za-z0-9_-]{16,64}$/;

/**
 * Who calls, by the patient's own key or that of a proxy who may read (DESIGN §6 Consent 4): a JWT, typ `chartseal-read+jwt`, for this method and this address, at
 * most a minute long and good for one use.
 * @param request `url` without its query
 * @throws ChartsealError `unauthenticated`
 */
export const authenticatePatient = async (
  door: PatientDoor,
  request: { authorization: string | undefined; method: string; url: string },
): Promise<PatientHandle> => {
  door.standing.require();
  const [, token] = /^Bearer ([A-Za-z0-9._-]+)$/.exec(request.authorization ?? '') ?? [];
  if (token === undefined) throw unauthenticated('a token signed by the patient is required');
  try {
    return await verify(door, token, request);
  } catch (error) {
    if (error instanceof ChartsealError) throw error;
    throw unauthenticated('the token does not verify', error);
  }
};

const verify = async (
  { patients, clients, clock, consentBaseUrl, limits }: PatientDoor,
  token: string,
  { method, url }: { method: string; url: string },
): Promise<PatientHandle> => {
  const { iss } = decodeJwt(token);
  const handle = iss === undefined || !handlePattern.test(iss) ? undefined : await patients.handle(iss);
  if (handle?.enrolmentJws === undefined || handle.state !== 'open') throw unauthenticated('the token does not verify');
  const chain = {
    enrolmentJws: handle.enrolmentJws,
    held: await patients.directives(handle.handle),
    registrars: [],
  };
  const { kid = '' } = decodeProtectedHeader(token);
  const key = await readerKey(await currentSigners(chain), kid, clock.wallMs());
  if (key === undefined) throw unauthenticated('the token does not verify');
  const { payload, protectedHeader } = await jwtVerify(token, await importJWK(key, 'ES256'), {
    typ: 'chartseal-read+jwt',
    algorithms: ['ES256'],
    audience: consentBaseUrl,
    currentDate: new Date(clock.wallMs()),
    clockTolerance: clockToleranceSeconds,
  });
  const { iat, exp, jti, htm, htu } = claims.parse(payload);
  if (header.parse(protectedHeader).kid !== (await calculateJwkThumbprint(key)))
    throw unauthenticated('the token names another key');
  if (exp - iat > maxLifetimeSeconds || iat * 1000 > clock.wallMs() + clockToleranceSeconds * 1000)
    throw unauthenticated('the token lives too long');
  if (htm !== method || htu !== url) throw unauthenticated('the token is for another request');
  const use = await clients.useJti(handle.handle, jti, (exp + clockToleranceSeconds) * 1000);
  if (use === 'again') throw unauthenticated('the token was used before');
  await limits?.other.take(`patient ${handle.handle}`);
  return handle;
};

const unauthenticated = (message: string, cause?: unknown): ChartsealError =>
  new ChartsealError('unauthenticated', message, {}, { cause });
