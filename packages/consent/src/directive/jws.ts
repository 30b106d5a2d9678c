/** RFC 7515, narrowed: compact serialisation, ES256 (RFC 7518 §3.4), a protected header of exactly `alg`, `kid` and `typ`. */
import { parseJson, type JsonValue } from '@chartseal/fhir';
import { compactVerify } from 'jose';
import { decodeBase64url } from './base64url.ts';
import { DirectiveError, type DirectiveErrorCode } from './directive-error.ts';
import { importPublicKey, thumbprint, type PublicKey } from './public-key.ts';

export type JwsType = 'chartseal-enrolment+jws' | 'chartseal-directive+jws' | 'chartseal-key+jws';

export type JsonObject = { readonly [member: string]: JsonValue };

/** A JWS as it was read. Untrusted until `verifyJws`. */
export type ParsedJws = {
  readonly compact: string;
  readonly kid: string;
  readonly payload: JsonObject;
  readonly payloadBytes: Uint8Array;
};

/** UTF-16 code units of a whole JWS; a rotation with its proof takes about 1,100. */
const maxLength = 8192;

/** One more than a rotation's payload needs. */
const maxDepth = 4;

/** @throws DirectiveError `header`, `payload` */
export const parseJws = (compact: string, typ: JwsType): ParsedJws => {
  const [header, body] = segmentsOf(compact);
  const { alg, kid, typ: found, ...others } = readObject(decodeBase64url(header, 'header', 'the header'), 'header');
  if (alg !== 'ES256' || found !== typ || typeof kid !== 'string' || Object.keys(others).length > 0) {
    throw new DirectiveError('header', `the protected header must be exactly alg ES256, kid and typ ${typ}`);
  }
  const payloadBytes = decodeBase64url(body, 'payload', 'the payload');
  return { compact, kid, payload: readObject(payloadBytes, 'payload'), payloadBytes };
};

/**
 * The payload as bytes, whatever the rest says: no claim that anybody signed it.
 * @throws DirectiveError `header`, `payload`
 */
export const payloadBytesOf = (compact: string): Uint8Array =>
  decodeBase64url(segmentsOf(compact)[1], 'payload', 'the payload');

/** @throws DirectiveError `key` if another key has to sign, `signature` */
export const verifyJws = async (jws: ParsedJws, key: PublicKey): Promise<void> => {
  if (jws.kid !== (await thumbprint(key)))
    throw new DirectiveError('key', 'kid is not the thumbprint of the key that must sign');
  const imported = await importPublicKey(key);
  try {
    await compactVerify(jws.compact, imported, { algorithms: ['ES256'] });
  } catch (cause) {
    throw new DirectiveError('signature', 'the signature does not verify', { cause });
  }
};

const segmentsOf = (compact: unknown): readonly [string, string] => {
  if (typeof compact === 'string' && compact.length <= maxLength) {
    const [header, body, signature, ...others] = compact.split('.');
    if (header !== undefined && body !== undefined && signature !== undefined && others.length === 0) {
      const bytes = decodeBase64url(signature, 'signature', 'the signature');
      if (bytes.length !== 64) throw new DirectiveError('signature', 'an ES256 signature has 64 bytes');
      return [header, body];
    }
  }
  throw new DirectiveError('header', 'not a compact JWS');
};

/** Duplicate members are refused: two readers could see two directives. */
const readObject = (bytes: Uint8Array, code: DirectiveErrorCode): JsonObject => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const { value } = parseJson(text, { maxDepth });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new DirectiveError(code, `the ${code} is not strict JSON`, { cause });
  }
  throw new DirectiveError(code, `the ${code} is not a JSON object`);
};
