/** The forms of the members that payloads have (DESIGN §6 Consent). */
import { isBase64urlOf32Bytes } from './base64url.ts';
import { DirectiveError } from './directive-error.ts';
import type { JsonObject } from './jws.ts';

/** @throws DirectiveError `payload` unless the members are exactly these */
export const requireMembers = (payload: JsonObject, names: readonly string[]): void => {
  const missing = names.find((name) => !Object.hasOwn(payload, name));
  if (missing !== undefined) throw new DirectiveError('payload', `${missing} is missing`);
  if (Object.keys(payload).length !== names.length) {
    throw new DirectiveError('payload', `the members must be exactly ${names.join(', ')}`);
  }
};

const text =
  (form: RegExp | ((value: string) => boolean)) =>
  (payload: JsonObject, name: string): string => {
    const value = payload[name];
    const fits = typeof value === 'string' && (typeof form === 'function' ? form(value) : form.test(value));
    if (!fits) throw new DirectiveError('payload', `${name} has a wrong form`);
    return value;
  };

/** A random handle: part of the ledger's keys, so no other characters. */
export const handle = text(/^[A-Za-z0-9_-]{16,64}$/);
export const directoryId = text(/^[a-z0-9][a-z0-9.-]{0,63}$/);
export const networkId = text(/^[\x21-\x7e]{1,128}$/);
export const uuid = text(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
export const bytes32 = text(isBase64urlOf32Bytes);
export const compactJws = text(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);

/** From 1. */
export const sequenceNumber = (payload: JsonObject, name: string): number => {
  const value = payload[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new DirectiveError('payload', `${name} has a wrong form`);
};

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** An RFC 3339 text, as milliseconds since the epoch. */
export const instantOf = (payload: JsonObject, name: string): number => {
  const value = payload[name];
  const at = typeof value === 'string' && instant.test(value) ? Date.parse(value) : Number.NaN;
  if (at >= 0) return at;
  throw new DirectiveError('payload', `${name} has a wrong form`);
};

/**
 * A moment of the device's clock, as milliseconds since the epoch: an RFC 3339 text, or a number, which below 10^11 counts
 * seconds (as JWT does) and from there milliseconds.
 */
export const issuedAtOf = (payload: JsonObject): number => {
  const { issuedAt } = payload;
  const at = typeof issuedAt === 'string' && instant.test(issuedAt) ? Date.parse(issuedAt) : issuedAt;
  if (typeof at !== 'number' || !(at >= 0 && at <= 8.64e15))
    throw new DirectiveError('payload', 'issuedAt has a wrong form');
  return typeof issuedAt === 'number' && at < 1e11 ? at * 1000 : at;
};
