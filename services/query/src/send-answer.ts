import { sendEmpty, sendText } from '@chartseal/server';
import type { Request, Response } from 'express';
import type { Answer } from './release/answer.ts';

/** RFC 9110 §13.1.2, weakly compared: the client holds this version already. */
const isHeld = (req: Request, etag: string | undefined): boolean => {
  const tags = new Set((req.get('if-none-match') ?? '').split(',').map((tag) => tag.trim()));
  return etag !== undefined && (tags.has(etag) || tags.has('*'));
};

/** The first byte of what was released. An answer comes here decided and audited; nothing is decided after. */
export const sendAnswer = (req: Request, res: Response, answer: Answer): void => {
  const { status, contentType, etag, lastModified, location } = answer.head;
  if (etag !== undefined) res.setHeader('ETag', etag);
  if (lastModified !== undefined) res.setHeader('Last-Modified', lastModified);
  if (location !== undefined) res.setHeader('Location', location);
  if (location !== undefined) sendEmpty(res, status);
  else if (isHeld(req, etag)) sendEmpty(res, 304);
  else sendText(res, status, answer.body, contentType);
};
