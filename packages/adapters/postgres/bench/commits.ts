/** Acknowledged commits a second: `node packages/adapters/postgres/bench/commits.ts` */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { everyReference, extractIndex } from '@chartseal/fhir';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import type { Draft, RecordStore } from '@chartseal/ports';
import { openPostgres } from '../src/index.ts';

const loinc = 'http://loinc.org';
const ucum = 'http://unitsofmeasure.org';

/** As a monitor sends them. */
const observation = (id: string, patient: number, meta: object): { readonly resourceType: string } =>
  ({
    resourceType: 'Observation',
    id,
    meta,
    identifier: [{ system: 'urn:oid:1.2.36.146.595.217.0.1', value: id }],
    status: 'final',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
        text: 'Vital Signs',
      },
    ],
    code: { coding: [{ system: loinc, code: '8867-4', display: 'Heart rate' }], text: 'Heart rate' },
    subject: { reference: `Patient/${patient}` },
    encounter: { reference: `Encounter/${patient}` },
    effectiveDateTime: '2026-11-23T07:30:00Z',
    performer: [{ reference: 'Practitioner/1' }],
    valueQuantity: { value: 40 + (patient % 90), unit: 'beats/minute', system: ucum, code: '/min' },
    note: [{ text: 'x'.repeat(400) }],
  }) as { readonly resourceType: string };

const newDraft = (patient: number): Draft => {
  const id = randomUUID();
  return {
    resourceType: 'Observation',
    id,
    kind: 'content',
    seal: ({ versionId, lastUpdated, handle }) => {
      const resource = observation(id, patient, { lastUpdated, versionId: String(versionId) });
      const content = JSON.stringify(resource);
      const commitmentKey = randomBytes(32);
      const commitment = createHmac('sha256', commitmentKey).update(content).digest();
      const value = JSON.stringify({
        handle,
        versionId,
        commitment: commitment.toString('base64'),
        pad: 'y'.repeat(250),
      });
      return {
        content,
        commitmentKey,
        commitment,
        log: 'records',
        index: extractIndex(resource),
        patients: [String(patient)],
        references: everyReference(resource),
        events: [{ topic: 'chartseal.record.accepted.v1', key: handle, value }],
      };
    },
  };
};

async function singles(records: RecordStore, concurrency: number, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      count += 1;
      await records.commit({ touches: [], exclusive: [], plan: () => [newDraft(count % 500)] });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return count / seconds;
}

const postgres = await temporaryPostgres();
const stores = await openPostgres(postgres.connection);
await singles(stores.records, 16, 2);
for (const concurrency of [1, 8, 16, 64]) {
  const rate = await singles(stores.records, concurrency, 5);
  process.stdout.write(`${concurrency} at a time: ${rate.toFixed(0)} commits/s\n`);
}
for (const size of [2000, 17_000]) {
  const started = performance.now();
  await stores.records.commit({
    touches: [],
    exclusive: [],
    plan: () => Array.from({ length: size }, (_, index) => newDraft(index % 500)),
  });
  const ms = performance.now() - started;
  process.stdout.write(`a unit of ${size}: ${ms.toFixed(0)} ms, ${((size * 1000) / ms).toFixed(0)} versions/s\n`);
}
let moved = 0;
const started = performance.now();
for (;;) {
  const count = await stores.outbox.drain(1000, (events) => stores.events.publish(events));
  if (count === 0) break;
  moved += count;
}
process.stdout.write(`outbox to event log: ${((moved * 1000) / (performance.now() - started)).toFixed(0)} events/s\n`);
await stores.close();
await postgres.close();
