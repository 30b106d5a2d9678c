import { verifyProof, type VerifiedProof } from '@chartseal/client';
import { equal, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hospital, Reachable } from './caller.ts';

/** `Observation/1` or `Observation/1/_history/2` */
const proofPath = (reference: string): string => {
  const [record = '', version] = reference.split('/_history/');
  return `${record}/$proof${version === undefined ? '' : `?version=${version}`}`;
};

/** Asks for `$proof`, again for as long as the answer is that the version is not anchored yet. */
export const anchoredProof = async (
  gateway: Reachable,
  reference: string,
  as: Hospital = 'hospital-a',
): Promise<string> => {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const { status, headers, text } = await gateway.send('GET', proofPath(reference), { as });
    if (status === 200) return text;
    equal(status, 503, `${reference}: ${text}`);
    equal(headers.get('retry-after'), '1');
    ok(performance.now() < deadline, `${reference} was not anchored in time`);
    await sleep(100);
  }
};

export type Proved = { readonly verified: VerifiedProof; readonly content: string };

/** The proof of a version that verifies against the trust file, and the bytes that it proves. */
export const proved = async (gateway: Reachable, reference: string, as?: Hospital): Promise<Proved> => {
  const file = JSON.parse(await anchoredProof(gateway, reference, as)) as { resource: string };
  const verified = await verifyProof(file, gateway.trust);
  ok(verified.outcome === 'proved', `${reference}: ${JSON.stringify(verified)}`);
  return { verified, content: Buffer.from(file.resource, 'base64').toString() };
};
