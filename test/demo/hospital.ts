import { equal } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { accessTokens, fhirClient } from '@chartseal/client';
import type { Client } from 'fhir-kit-client';
import type { Outside } from './gateway.ts';

/** One hospital's systems, outside of the gateway: its own key, a FHIR client, and texts where digits matter. */
export type Hospital = {
  readonly fhir: Client;
  /** As it is on the wire: fhir-kit-client parses numbers, and 1.10 becomes 1.1. */
  readonly send: (
    method: 'GET' | 'POST',
    path: string,
    body?: string,
  ) => Promise<{ readonly status: number; readonly text: string }>;
};

export const hospital = ({ fhirBaseUrl, tokenUrl, clients }: Outside, name: 'hospital-a' | 'hospital-b'): Hospital => {
  const request = { tokenUrl, purpose: 'TREAT' };
  const token = accessTokens(clients[name], request);
  return {
    fhir: fhirClient(clients[name], { fhirBaseUrl, ...request }),
    send: async (method, path, body) => {
      const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/fhir+json' };
      const init = body === undefined ? { method, headers } : { method, headers, body };
      const response = await fetch(`${fhirBaseUrl}/${path}`, init);
      return { status: response.status, text: await response.text() };
    },
  };
};

/** What is missing is answered the same way, so that nobody learns what exists (consent-semantics C7). */
export const refused = async ({ send }: Hospital, path: string): Promise<string> => {
  const [withheld, missing] = [await send('GET', path), await send('GET', `${path.split('/')[0]}/no-such-id`)];
  equal(withheld.status, 404, withheld.text);
  const maskId = ({ text }: { text: string }): string =>
    text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '');
  equal(maskId(withheld), maskId(missing));
  return `GET ${path.replaceAll(/[0-9a-f-]{36}/g, '<id>')} → 404, word for word as for an id that does not exist`;
};

/** Polls `$proof` as its 503 and Retry-After ask. */
export const anchoredProof = async ({ send }: Hospital, path: string, timeoutMs = 30_000): Promise<string> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { status, text } = await send('GET', `${path}/$proof`);
    if (status === 200) return text;
    equal(status, 503, text);
    if (performance.now() > deadline) throw new Error(`not anchored within ${timeoutMs} ms`);
    await wait(200);
  }
};
