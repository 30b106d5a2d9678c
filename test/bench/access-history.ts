/**
 * `pnpm bench:access-history`: what a page of a patient's own access history costs at its beginning, in its middle and at its end, and what an
 * accounting of all of it costs. ADR 0031.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres } from '@chartseal/postgres';
import { knowing, TestPatient } from '../../services/query/src/testing/test-patient.ts';
import { observation } from '../../services/query/src/testing/two-patients.ts';
import { consentBaseUrl, createWorld } from '../../services/query/src/testing/world.ts';
import { each } from '../testing/each.ts';
import { summarise } from './load.ts';

const accesses = Number(process.env['BENCH_ACCESSES'] ?? 100_000);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 30);

await using opening = new AsyncDisposableStack();
const postgres = opening.adopt(await temporaryPostgres(), async (one) => one.close());
const stores = opening.adopt(await openPostgres(postgres.connection), async (one) => one.close());
const patient = await TestPatient.enrol('p');
await patient.grant();
const world = createWorld({ ...knowing(patient), records: stores.records });
const server = createServer(world.app);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
opening.defer(async () => {
  server.closeAllConnections();
  server.close();
});
const { port } = server.address() as AddressInfo;

await world.put({ resourceType: 'Patient', id: 'p' });
await world.put(observation('o', 'p'));
const began = performance.now();
await each(
  Array.from({ length: accesses }, (_, at) => at),
  32,
  async (at) => {
    const headers = { 'x-test-client': at % 2 === 0 ? 'own' : 'other' };
    await (await fetch(`http://127.0.0.1:${port}/fhir/Observation/o`, { headers })).arrayBuffer();
  },
);
console.log(`${accesses} accesses, each audited, in ${((performance.now() - began) / 1000).toFixed(0)} s`);

type Page = { readonly entry?: readonly object[]; readonly link?: readonly { readonly url: string }[] };
const read = async (path: string, query: string): Promise<{ readonly ms: number; readonly text: string }> => {
  const token = await patient.readToken(path, { now: world.deps.clock.wallMs() });
  const from = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/consent${path}${query}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}${query}: ${response.status} ${text}`);
  return { ms: performance.now() - from, text };
};

const queries: string[] = ['?_count=500'];
for (let query: string | undefined = queries[0]; query !== undefined;) {
  const { link } = JSON.parse((await read('/AuditEvent', query)).text) as Page;
  query = link?.[0]?.url.slice(`${consentBaseUrl}/AuditEvent`.length);
  if (query !== undefined) queries.push(query);
}
const places: readonly (readonly [string, string | undefined])[] = [
  ['first page of 50', '?_count=50'],
  ['a page of 50 in the middle', queries[Math.floor(queries.length / 2)]?.replace('_count=500', '_count=50')],
  ['a page of 50 at the end', queries.at(-1)?.replace('_count=500', '_count=50')],
];
for (const [name, query = ''] of places) {
  const times: number[] = [];
  for (let round = -3; round < rounds; round += 1) {
    const { ms } = await read('/AuditEvent', query);
    if (round >= 0) times.push(ms);
  }
  const { p50Ms, p99Ms } = summarise(times, 1);
  console.log(`${name.padEnd(30)} p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`);
}
const { ms } = await read('/$accounting', '');
console.log(`${'accounting of all of them'.padEnd(30)} ${(ms / 1000).toFixed(1)} s`);
