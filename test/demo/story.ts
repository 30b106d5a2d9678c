import { deepEqual, equal, ok } from 'node:assert/strict';
import { accessSummary, enrol, systemEnvironment, verifyProof, type PatientDevice } from '@chartseal/client';
import type { Outside } from './gateway.ts';
import { anchoredProof, hospital, refused, type Hospital } from './hospital.ts';
import type { Steps } from './steps.ts';

type Bundle = {
  readonly entry?: readonly { readonly resource: { readonly id?: string; readonly resourceType: string } }[];
};
type Parameters = { readonly parameter: readonly { readonly name: string; readonly valueString: string }[] };

/** Write, anchored, other hospital refused, patient grants, served with proof, proof verified, patient revokes, refused again, history. */
export const story = async (outside: Outside, steps: Steps): Promise<void> => {
  const [own, other] = [hospital(outside, 'hospital-a'), hospital(outside, 'hospital-b')];
  const { patient, observation } = await write(own, steps);
  await steps.take('Both are anchored on the ledger', async (saw) => {
    const proof = JSON.parse(await anchoredProof(own, observation)) as { proof: string; receipt: { type: string } };
    await anchoredProof(own, patient);
    saw(`$proof → 200, ${proof.proof.split('\n')[1] ?? ''} in the log, receipt of the ${proof.receipt.type} ledger`);
  });
  await steps.take('Hospital B asks and is refused', async (saw) => {
    saw(await refused(other, observation));
    saw(await refused(other, patient));
    equal((await other.send('GET', `${observation}/$proof`)).status, 404);
  });
  const device = await enrolled(outside, own, patient, steps);
  const consentId = await steps.take('The patient lets hospital B read, for treatment', async (saw) => {
    const receipt = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    ok(receipt.blockNumber !== null);
    saw(`consent ${receipt.consentId}, signed by the patient, on the ledger in block ${receipt.blockNumber}`);
    return receipt.consentId;
  });
  await served(outside, other, { patient, observation, handle: device.state.patient }, steps);
  await steps.take('The patient takes it back', async (saw) => {
    const receipt = await device.revoke(consentId);
    saw(
      receipt.blockNumber === null
        ? 'enforced, on its way to the ledger'
        : `on the ledger in block ${receipt.blockNumber}`,
    );
    deepEqual(
      (await device.ownConsents()).map(({ state }) => state),
      ['revoked'],
    );
  });
  await steps.take('Hospital B is refused again, hospital A reads on', async (saw) => {
    saw(await refused(other, observation));
    equal((await other.send('GET', `${observation}/$proof`)).status, 404);
    equal((await found(other, device.state.patient)).length, 0);
    equal((await own.send('GET', observation)).status, 200);
  });
  await history(device, steps);
};

const write = async (own: Hospital, steps: Steps): Promise<Record<'patient' | 'observation', string>> =>
  steps.take('Hospital A writes a Patient and an Observation of 1.10 mmol/L', async (saw) => {
    const person = { resourceType: 'Patient', name: [{ family: 'Demo', given: ['Dora'] }], birthDate: '1970-01-01' };
    const patient = `Patient/${String((await own.fhir.create({ resourceType: 'Patient', body: person }))['id'])}`;
    const body = `{"resourceType":"Observation","status":"final","subject":{"reference":"${patient}"},"effectiveDateTime":"2026-01-01","code":{"coding":[{"system":"http://loinc.org","code":"14749-6"}]},"valueQuantity":{"value":1.10,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}}`;
    const created = await own.send('POST', 'Observation', body);
    equal(created.status, 201, created.text);
    const observation = `Observation/${(JSON.parse(created.text) as { id: string }).id}`;
    const { text } = await own.send('GET', observation);
    ok(/"value":1\.10[,}]/.test(text), 'the decimal is kept to the digit');
    saw(`${patient} and ${observation}; it reads back as "value":1.10`);
    return { patient, observation };
  });

const enrolled = (outside: Outside, own: Hospital, patient: string, steps: Steps): Promise<PatientDevice> =>
  steps.take('The patient enrols a key made on the device', async (saw) => {
    const [resourceType = '', id = ''] = patient.split('/');
    const operation = { name: 'enroll', resourceType, id, input: { resourceType: 'Parameters' } };
    const { parameter } = (await own.fhir.operation(operation)) as unknown as Parameters;
    const value = (name: string): string => parameter.find((each) => each.name === name)?.valueString ?? '';
    const { consentBaseUrl, network, clients } = outside;
    const custodian = clients['hospital-a'].organization;
    const offer = { consentBaseUrl, network, custodian, code: value('code'), patient: value('patient') };
    // In memory: this patient lives as long as the demo does.
    const device = await enrol(
      offer,
      systemEnvironment(async () => {}),
    );
    saw(`the hospital gave a code; the ledger knows the handle ${device.state.patient} and the key, not the person`);
    return device;
  });

/** By the handle that the patient gave (DESIGN §6 Consent 5). */
const found = async ({ fhir }: Hospital, handle: string): Promise<readonly string[]> => {
  const searchParams = { identifier: `urn:chartseal:patient|${handle}` };
  const bundle = (await fhir.search({
    resourceType: 'Patient',
    searchParams,
    options: { postSearch: true },
  })) as Bundle;
  return (bundle.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`);
};

const served = async (
  { trust, network }: Outside,
  other: Hospital,
  { patient, observation, handle }: Record<'patient' | 'observation' | 'handle', string>,
  steps: Steps,
): Promise<void> => {
  const proof = await steps.take('Hospital B finds the patient and is served, with proof', async (saw) => {
    deepEqual(await found(other, handle), [patient]);
    const search = { resourceType: 'Observation', searchParams: { patient } };
    const { entry = [] } = (await other.fhir.search(search)) as unknown as Bundle;
    deepEqual(
      entry.map(({ resource }) => `Observation/${resource.id}`),
      [observation],
    );
    const { status, text } = await other.send('GET', observation);
    equal(status, 200, text);
    ok(/"value":1\.10[,}]/.test(text));
    saw('the handle led to one Patient, the Patient to one Observation, "value":1.10');
    return JSON.parse(await anchoredProof(other, observation)) as Readonly<Record<string, string>>;
  });
  await steps.take('The proof is verified offline, against a pinned trust file', async (saw) => {
    const verified = await verifyProof(proof, trust);
    ok(verified.outcome === 'proved', JSON.stringify(verified));
    const { version, log, ledger } = verified;
    equal(`${version.resourceType}/${version.id}`, observation);
    equal(verified.network, network);
    saw(`version ${version.versionId} is entry ${log.leafIndex} of ${log.treeSize} in ${log.origin}`);
    saw(`${ledger.mspId} put that checkpoint on the ledger in block ${ledger.blockNumber}`);
    saw(`not proved: ${verified.notProved.join(', ')}`);
    const altered = Buffer.from(proof['resource'] ?? '', 'base64')
      .toString()
      .replace('1.10', '1.11');
    const forged = { ...proof, resource: Buffer.from(altered).toString('base64') };
    deepEqual(await verifyProof(forged, trust), { outcome: 'refuted', fault: 'commitment' });
    saw('1.11 in place of 1.10: refuted (commitment)');
  });
};

const history = (device: PatientDevice, steps: Steps): Promise<void> =>
  steps.take('The patient reads who saw what', async (saw) => {
    const accesses = (await device.accessHistory()).map(accessSummary);
    for (const { recorded, outcome, organization, purpose, interaction, records } of accesses)
      saw([recorded, outcome.padEnd(9), organization, purpose, interaction, `${records.length} records`].join('  '));
    const byOther = accesses.filter(({ organization }) => organization === 'hospital-b');
    ok(byOther.some(({ outcome }) => outcome === 'disclosed'));
    ok(byOther.some(({ outcome }) => outcome === 'refused'));
    ok(byOther.every(({ purpose }) => purpose === 'TREAT'));
  });
