import { ChartsealError } from '@chartseal/ports';
import type { Request, RequestHandler } from 'express';
import { FHIR_JSON } from './send-fhir.ts';

/** DESIGN.md §6: bodies over 50 MiB are 413. */
export const BODY_LIMIT_BYTES = 50 * 1024 * 1024;
export const JSON_TYPES: readonly string[] = [FHIR_JSON, 'application/json'];
export const FORM_TYPES: readonly string[] = ['application/x-www-form-urlencoded'];

/** A body that is held with care: only so few at a time. */
export const largeBytes = 8 * 1024 * 1024;

const DISCARD_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES;

const tooLarge = (limit: number): ChartsealError =>
  new ChartsealError('too-large', `the body has more than ${limit} bytes`);

/** A client that is still sending reads no answer if its connection is reset: take in some more, throw it away, then cut. */
const discard = (req: Request): void => {
  let left = DISCARD_LIMIT_BYTES;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.resume();
};

const endedEarly = (): ChartsealError => new ChartsealError('malformed', 'the body ended early');

/** Of one whose length was said, each byte is held once: chunks that are joined at the end would be held twice. */
const collect = (req: Request, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // It may have waited for its turn until the client was gone.
    if (req.destroyed) throw endedEarly();
    const said = Number(req.headers['content-length'] ?? Number.NaN);
    const whole = said >= largeBytes && said <= limit ? Buffer.allocUnsafeSlow(said) : undefined;
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limit) {
        if (whole === undefined) chunks.push(chunk);
        else chunk.copy(whole, length - chunk.length);
        return;
      }
      req.off('data', onData);
      chunks.length = 0;
      discard(req);
      reject(tooLarge(limit));
    };
    req.on('data', onData);
    req.once('end', () => resolve(whole ?? Buffer.concat(chunks)));
    req.once('error', () => reject(endedEarly()));
    req.once('close', () => reject(endedEarly()));
  });

/** @throws ChartsealError `malformed` */
export const utf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ChartsealError('malformed', 'the body is not UTF-8');
  }
};

/** The media type of the body, in lower case and without its parameters; empty where none is said. */
export const bodyType = (req: Request): string =>
  (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

const isEncoded = (req: Request): boolean => (req.headers['content-encoding'] ?? 'identity') !== 'identity';

const checkType = (req: Request, types: readonly string[]): void => {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  const plain = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (types.includes(type.trim()) && plain && !isEncoded(req)) return;
  throw new ChartsealError(
    'unsupported-media-type',
    `the body must be ${types.join(' or ')} in UTF-8, without content coding`,
  );
};

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

const refuseLarge = (req: Request, limit: number): void => {
  if (Number(req.headers['content-length'] ?? 0) <= limit) return;
  discard(req);
  throw tooLarge(limit);
};

/** Puts the body's bytes into `req.body` (read them with `bodyBytes`), whatever their type. */
export const readBytes =
  (limitBytes = BODY_LIMIT_BYTES): RequestHandler =>
  async (req, _res, next) => {
    if (isEncoded(req)) throw new ChartsealError('unsupported-media-type', 'the body must have no content coding');
    refuseLarge(req, limitBytes);
    req.body = hasBody(req) ? await collect(req, limitBytes) : Buffer.alloc(0);
    next();
  };

/** The bytes that `readBytes` read; undefined where it did not. Untrusted. */
export const bodyBytes = (req: Request): Buffer | undefined => {
  const body: unknown = req.body;
  return Buffer.isBuffer(body) ? body : undefined;
};

/**
 * The bytes of a body that must be JSON, undecoded; empty where none came.
 * @throws ChartsealError `unsupported-media-type`, `too-large`, `malformed`
 */
export const collectJson = async (req: Request, limitBytes = BODY_LIMIT_BYTES): Promise<Buffer> => {
  if (!hasBody(req)) return Buffer.alloc(0);
  refuseLarge(req, limitBytes);
  checkType(req, JSON_TYPES);
  return collect(req, limitBytes);
};

/** Whether the body is, or may be, a large one. */
export const mayBeLarge = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > largeBytes;

/** Puts the body's text into `req.body` (read it with `bodyText`). Place it after authentication: strangers' bodies are not kept. */
export const readText =
  (options: { types?: readonly string[]; limitBytes?: number } = {}): RequestHandler =>
  async (req, _res, next) => {
    const { types = JSON_TYPES, limitBytes = BODY_LIMIT_BYTES } = options;
    req.body = '';
    if (hasBody(req)) {
      refuseLarge(req, limitBytes);
      checkType(req, types);
      req.body = utf8(await collect(req, limitBytes));
    }
    next();
  };

/** The text that `readText` read; empty where no body came. Untrusted. */
export const bodyText = (req: Request): string => {
  const body: unknown = req.body;
  return typeof body === 'string' ? body : '';
};
