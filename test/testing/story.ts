import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { accessSummary, fhirClient } from '@chartseal/client';
import type { Answer, Reachable } from './caller.ts';
import { createObservation, createPatient, enrolDevice } from './patient.ts';
import { proved } from './proof.ts';

/** Consent-semantics C7: what may differ between an answer that withholds and one that has nothing. */
const masked = ({ status, headers, text }: Answer): object => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id'),
  text: text.replaceAll(headers.get('x-request-id') ?? '', '<request>'),
});

const entriesOf = (bundle: unknown): string[] =>
  ((bundle as { entry?: { fullUrl: string }[] }).entry ?? []).map(({ fullUrl }) =>
    fullUrl.split('/').slice(-2).join('/'),
  );

/**
 * A record is anchored, withheld, granted, proved, revoked, and the patient sees it all. Over HTTP: hospital-b's and the patient's keys are this
 * process's own, not the gateway's.
 */
export const story = async (gateway: Reachable): Promise<void> => {
  const { fhirBaseUrl, tokenUrl, clients } = gateway.sandbox;
  const fhir = fhirClient(clients['hospital-b'], { fhirBaseUrl, tokenUrl, purpose: 'TREAT' });
  const patient = await createPatient(gateway);
  const observation = await createObservation(gateway, patient);
  const missing = '00000000-0000-4000-8000-000000000000';

  const refuses = async (): Promise<void> => {
    for (const [type, id] of [
      ['Observation', observation.id],
      ['Patient', patient],
    ])
      for (const suffix of ['', '/_history/1', '/_history', '/$proof']) {
        const withheld = await gateway.send('GET', `${type}/${id}${suffix}`, { as: 'hospital-b' });
        const nothing = await gateway.send('GET', `${type}/${missing}${suffix}`, { as: 'hospital-b' });
        equal(withheld.status, 404, withheld.text);
        deepEqual(masked(withheld), masked(nothing), `${type}${suffix}`);
      }
    const found = await fhir.search({ resourceType: 'Observation', searchParams: { patient: `Patient/${patient}` } });
    deepEqual(entriesOf(found), []);
  };

  const findPatient = async (handle: string): Promise<string[]> =>
    entriesOf(
      await fhir.search({
        resourceType: 'Patient',
        searchParams: { identifier: `urn:chartseal:patient|${handle}` },
        options: { postSearch: true },
      }),
    );

  await proved(gateway, observation.reference);
  await refuses();

  const device = await enrolDevice(gateway, patient);
  const handle = device.state.patient;
  deepEqual(await findPatient(handle), []);
  deepEqual(await findPatient(handle), await findPatient('AAAAAAAAAAAAAAAAAAAAAA'));
  await refuses();

  const { consentId, blockNumber } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
  notEqual(blockNumber, null);
  deepEqual(await findPatient(handle), [`Patient/${patient}`]);
  const read = await fhir.read({ resourceType: 'Observation', id: observation.id });
  equal(read['id'], observation.id);
  const wire = await gateway.send('GET', observation.reference, { as: 'hospital-b' });
  ok(/"value":1\.10[,}]/.test(wire.text), wire.text);
  const { verified, content } = await proved(gateway, observation.reference, 'hospital-b');
  equal(`${verified.version.resourceType}/${verified.version.id}`, observation.reference);
  equal(content, observation.text);

  // The grant is for one hospital and one purpose.
  equal((await gateway.send('GET', observation.reference, { as: 'hospital-c' })).status, 404);
  equal((await gateway.send('GET', observation.reference, { as: 'hospital-b', purpose: 'HPAYMT' })).status, 404);

  await device.revoke(consentId);
  await refuses();
  deepEqual(await findPatient(handle), []);
  equal((await gateway.send('GET', observation.reference)).status, 200);

  const history = (await device.accessHistory()).map(accessSummary);
  const byOther = history.filter(({ organization }) => organization === 'hospital-b');
  ok(byOther.every(({ recorded }) => Math.abs(Date.parse(recorded) - Date.now()) < 120_000));
  ok(byOther.some(({ outcome, interaction }) => outcome === 'refused' && interaction === 'read'));
  ok(
    byOther.some(
      ({ outcome, interaction, purpose, records }) =>
        outcome === 'disclosed' &&
        interaction === 'read' &&
        purpose === 'TREAT' &&
        records.includes(`${observation.reference}/_history/1`),
    ),
  );
  ok(history.some(({ organization, purpose }) => organization === 'hospital-b' && purpose === 'HPAYMT'));
  ok(history.some(({ organization, outcome }) => organization === 'hospital-c' && outcome === 'refused'));
};
