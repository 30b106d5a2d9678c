/**
 * `pnpm bench`: creates, reads by another hospital under consent and audit, and records anchored, each beside what a bare PostgreSQL does on the
 * same machine in the same run; then packages/tlog. The gateway is a process of its own; the load comes from this one.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { enrol, requestToken, systemEnvironment } from '@chartseal/client';
import { startGateway, type RunningGateway } from '../demo/gateway.ts';
import { measureFloor } from './floor.ts';
import { load, type Call, type LoadResult } from './load.ts';
import { measureTlog } from './tlog.ts';

const connections = Number(process.env['BENCH_CONNECTIONS'] ?? 16);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 8) * 1000;
const json = 'application/fhir+json';

const observation = (patient: string): string =>
  JSON.stringify({
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '2339-0', display: 'Glucose [Mass/volume] in Blood' }] },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: '2026-01-02T03:04:05Z',
    valueQuantity: { value: 101.5, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
    note: [{ text: 'x'.repeat(600) }],
  });

const print = (what: string, { perSecond, p50Ms, p99Ms, count }: LoadResult): void =>
  console.log(
    `${what.padEnd(58)} ${perSecond.toFixed(0).padStart(6)}/s   p50 ${p50Ms.toFixed(1)} ms   p99 ${p99Ms.toFixed(1)} ms   (${count})`,
  );

const tokenOf = async ({ clients, tokenUrl }: RunningGateway, who: 'hospital-a' | 'hospital-b'): Promise<string> =>
  (await requestToken(clients[who], { tokenUrl, purpose: 'TREAT' })).accessToken;

const post = async (gateway: RunningGateway, path: string, body: string): Promise<Record<string, unknown>> => {
  const headers = { authorization: `Bearer ${await tokenOf(gateway, 'hospital-a')}`, 'content-type': json };
  const response = await fetch(`${gateway.fhirBaseUrl}/${path}`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
};

/** A Patient here whose own key lets hospital-b read. */
const consentingPatient = async (gateway: RunningGateway): Promise<string> => {
  const patient = String((await post(gateway, 'Patient', '{"resourceType":"Patient"}'))['id']);
  const offer = await post(gateway, `Patient/${patient}/$enroll`, '{"resourceType":"Parameters"}');
  const parameters = offer['parameter'] as { name: string; valueString: string }[];
  const valueOf = (name: string): string => parameters.find((each) => each.name === name)?.valueString ?? '';
  const { consentBaseUrl, network } = gateway;
  const device = await enrol(
    { consentBaseUrl, network, custodian: 'hospital-a', code: valueOf('code'), patient: valueOf('patient') },
    systemEnvironment(async () => {}),
  );
  await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
  return patient;
};

/** Until the ledger covers this record: how long after the load the last one was anchored. */
const waitAnchored = async (gateway: RunningGateway, id: string): Promise<void> => {
  const headers = { authorization: `Bearer ${await tokenOf(gateway, 'hospital-a')}` };
  for (;;) {
    const { status } = await fetch(`${gateway.fhirBaseUrl}/Observation/${id}/$proof`, { headers });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const measureGateway = async (gateway: RunningGateway): Promise<void> => {
  const patient = await consentingPatient(gateway);
  const { pathname } = new URL(gateway.fhirBaseUrl);
  const own = await tokenOf(gateway, 'hospital-a');
  const body = observation(patient);
  const create: Call = {
    method: 'POST',
    path: `${pathname}/Observation`,
    headers: { authorization: `Bearer ${own}`, 'content-type': json, prefer: 'return=minimal' },
    body,
  };
  const began = performance.now();
  const creates = await load(gateway.fhirBaseUrl, { connections, durationMs, expect: 201 }, () => create);
  print('gateway: creates (validated, committed, durable)', creates);
  const last = String((await post(gateway, 'Observation', body))['id']);
  await waitAnchored(gateway, last);
  const anchoredPerSecond = (creates.count + 1) / ((performance.now() - began) / 1000);
  console.log(
    `${'gateway: records anchored, from first create to last anchor'.padEnd(58)} ${anchoredPerSecond.toFixed(0).padStart(6)}/s`,
  );
  const other = await tokenOf(gateway, 'hospital-b');
  const read: Call = {
    method: 'GET',
    path: `${pathname}/Observation/${last}`,
    headers: { authorization: `Bearer ${other}` },
  };
  print(
    'gateway: reads by another hospital (decided, audited)',
    await load(gateway.fhirBaseUrl, { connections, durationMs, expect: 200 }, () => read),
  );
  const missing = (): Call => ({ ...read, path: `${pathname}/Observation/${randomUUID()}` });
  print(
    'gateway: reads of what is not there (audited)',
    await load(gateway.fhirBaseUrl, { connections, durationMs, expect: 404 }, missing),
  );
};

console.log(`${connections} connections, ${durationMs / 1000} s each; run ${randomBytes(4).toString('hex')}\n`);
const postgres = await temporaryPostgres();
try {
  const floor = await measureFloor(postgres.connection, { connections, durationMs });
  print('floor: one row and one outbox row a transaction', floor.writes);
  print('floor: prepared read by key', floor.reads);
  print('floor: read by key and one audit row a transaction', floor.auditedReads);
} finally {
  await postgres.close();
}
const gateway = await startGateway(new AbortController().signal);
try {
  await measureGateway(gateway);
} finally {
  await gateway.stop();
}
await measureTlog();
