import type { Response } from 'express';

export const FHIR_JSON = 'application/fhir+json';

/** Sends text as it is, so that canonical bytes arrive unchanged. `contentType` without its charset. */
export const sendText = (res: Response, status: number, text: string, contentType: string): void => {
  const body = Buffer.from(text, 'utf8');
  res.status(status);
  res.setHeader('Content-Type', `${contentType}; charset=utf-8`);
  res.setHeader('Content-Length', body.length);
  res.end(body);
};

/** Sends a resource's canonical text as application/fhir+json. */
export const sendFhir = (res: Response, status: number, text: string): void => sendText(res, status, text, FHIR_JSON);

/** Sends a status with headers that were set before, and no body: 204, 303, or what `Prefer: return=minimal` asks for. */
export const sendEmpty = (res: Response, status: number): void => {
  res.status(status);
  res.end();
};
