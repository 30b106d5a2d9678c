import { sendEmpty, sendText } from '@chartseal/server';
import type { Request, Response } from 'express';
import type { Answer } from './release/answer.ts';
import type { Label } from './release/decision.ts';

/** RFC 9110 §13.1.2, weakly compared: the client holds this version already. */
const isNamed = (tags: string, etag: string): boolean => {
  const held = new Set(tags.split(',').map((tag) => tag.trim().replace(/^W\//, '')));
  return held.has(etag.replace(/^W\//, '')) || held.has('*');
};

/** RFC 9110 §13.1.3: looked at only where no If-None-Match came; what is no HTTP-date is ignored. */
const isUnmodified = (since: string, lastModified: string): boolean => Date.parse(lastModified) <= Date.parse(since);

const isHeld = (req: Request, { etag, lastModified }: Answer['head']): boolean => {
  const tags = req.get('if-none-match');
  if (tags !== undefined) return etag !== undefined && isNamed(tags, etag);
  const since = req.get('if-modified-since');
  return since !== undefined && lastModified !== undefined && isUnmodified(since, lastModified);
};

/** Bytes that a client of some hospital sent. Opened as a page of this origin they would be a program of theirs. */
const sendBytes = (res: Response, status: number, bytes: Uint8Array, contentType: string): void => {
  res.status(status);
  res.setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', bytes.length);
  res.setHeader('Content-Disposition', 'attachment');
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.end(bytes);
};

/** As FHIR writes a code in a search, https://hl7.org/fhir/R4/search.html#token. */
const token = ({ system, code }: Label): string => `${system}|${code}`;

/** The first byte of what was released. An answer comes here decided and audited; nothing is decided after. */
export const sendAnswer = (req: Request, res: Response, answer: Answer): void => {
  const { status, contentType, etag, lastModified, location, origin, obligations = [], receipts = [] } = answer.head;
  if (etag !== undefined) res.setHeader('ETag', etag);
  if (lastModified !== undefined) res.setHeader('Last-Modified', lastModified);
  if (location !== undefined) res.setHeader('Location', location);
  if (receipts.length > 0 && /(?:^|[,;\s])decision-receipt(?:$|[,;\s])/.test(req.get('prefer') ?? '')) {
    res.setHeader('Preference-Applied', 'decision-receipt');
    res.setHeader('Chartseal-Receipt', receipts.map((handle) => `$receipt/${handle}`).join(', '));
  }
  if (obligations.length > 0) res.setHeader('Chartseal-Obligations', obligations.map(token).join(', '));
  if (location !== undefined) sendEmpty(res, status);
  else if (isHeld(req, answer.head)) sendEmpty(res, 304);
  else if (origin === 'foreign') sendBytes(res, status, answer.bytes, contentType);
  else sendText(res, status, answer.body, contentType);
};
