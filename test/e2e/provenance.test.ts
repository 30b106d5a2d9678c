/** The Provenance of a version, as its hospital and another read it, verified by who has nothing but the file and what to trust. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { proveBundle, verifyBundle, verifyProof, verifyProvenance, type PatientDevice } from '@chartseal/client';
import { validateResource } from '@chartseal/fhir';
import { chartseal } from '../testing/chartseal.ts';
import type { Hospital } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice, type Written } from '../testing/patient.ts';
import { anchoredProof } from '../testing/proof.ts';

type Provenance = {
  readonly resourceType: string;
  readonly id: string;
  readonly recorded: string;
  readonly target: readonly { readonly reference: string }[];
  readonly signature: readonly { readonly when: string; readonly data: string }[];
};
type Bundle = { readonly entry?: readonly { readonly fullUrl: string; readonly resource: Provenance }[] };

let gateway: GatewayProcess;
let patientId: string;
let device: PatientDevice;
let observation: Written;
before(async () => {
  gateway = await GatewayProcess.start();
  patientId = await createPatient(gateway);
  device = await enrolDevice(gateway, patientId);
  observation = await createObservation(gateway, patientId);
  await anchoredProof(gateway, observation.reference);
});
after(() => gateway[Symbol.asyncDispose]());

const found = async (query: string, as: Hospital): Promise<readonly Provenance[]> => {
  const { status, text } = await gateway.send('GET', query, { as });
  equal(status, 200, text);
  const entries = (JSON.parse(text) as Bundle).entry ?? [];
  for (const { fullUrl, resource } of entries)
    equal(fullUrl, `${gateway.sandbox.fhirBaseUrl}/${resource.resourceType}/${resource.id}`);
  return entries.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === 'Provenance');
};
const proofIn = ({ signature }: Provenance): string => Buffer.from(signature[0]?.data ?? '', 'base64').toString();

const verifyByCommand = async (provenance: Provenance): Promise<{ status: number; output: string }> => {
  const [file, trust] = ['provenance.json', 'trust.json'].map((name) => join(gateway.dataDirectory, name));
  await writeFile(file ?? '', JSON.stringify(provenance));
  const { status, output } = await chartseal(['verify', file ?? '', '--trust', trust ?? '']);
  return { status: Number(status), output };
};

describe('the Provenance of an anchored version', () => {
  it('carries the proof, for its own hospital', async () => {
    const [made, ...more] = await found(`Provenance?target=${observation.reference}`, 'hospital-a');
    ok(made !== undefined && more.length === 0);
    deepEqual(validateResource(made), []);
    deepEqual(made.target, [{ reference: `${observation.reference}/_history/1` }]);
    const verified = await verifyProof(JSON.parse(proofIn(made)), gateway.trust);
    ok(verified.outcome === 'proved', JSON.stringify(verified));
    equal(verified.version.id, observation.id);
    equal(made.recorded, new Date(verified.ledger.timestamp).toISOString());
    equal(made.signature[0]?.when, made.recorded);
    equal((await verifyProvenance(made, gateway.trust)).outcome, 'proved');
    const { status, output } = await verifyByCommand(made);
    equal(status, 0, output);
    match(output, new RegExp(`^Proved: version 1 of ${observation.reference}`, 'm'));
  });

  it('proves nothing with an altered byte, or of another record', async () => {
    const [made] = await found(`Provenance?target=${observation.reference}`, 'hospital-a');
    ok(made !== undefined);
    const proof = JSON.parse(proofIn(made)) as { resource: string };
    const resource = Buffer.from(proof.resource, 'base64').toString().replace('1.10', '1.11');
    const altered = Buffer.from(JSON.stringify({ ...proof, resource: Buffer.from(resource).toString('base64') }));
    const signature = [{ ...made.signature[0], data: altered.toString('base64') }];
    const refused = await verifyProvenance({ ...made, signature }, gateway.trust);
    equal(refused.outcome === 'refuted' ? refused.fault : refused.outcome, 'commitment');
    const target = [{ reference: `Patient/${patientId}/_history/1` }];
    equal((await verifyProvenance({ ...made, target }, gateway.trust)).outcome, 'refuted');
  });

  it('is another hospital’s to see with the record, and not without', async () => {
    const search = `Provenance?target=${observation.reference}`;
    const [made] = await found(search, 'hospital-a');
    const path = `Provenance/${made?.id ?? ''}`;
    const isShown = async (): Promise<boolean> => {
      const { status } = await gateway.send('GET', path, { as: 'hospital-b' });
      const beside = `Observation?_id=${observation.id}&_revinclude=Provenance:target`;
      const counts = await Promise.all(
        [search, beside].map(async (query) => (await found(query, 'hospital-b')).length),
      );
      deepEqual(counts, status === 200 ? [1, 1] : [0, 0]);
      return status === 200;
    };
    equal(await isShown(), false);
    const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    equal(await isShown(), true);
    const received = await gateway.send('GET', `Observation?_id=${observation.id}&_revinclude=Provenance:target`, {
      as: 'hospital-b',
    });
    const nothing = async (): Promise<undefined> => undefined;
    const bundle = await verifyBundle(await proveBundle(Buffer.from(received.text), nothing), gateway.trust);
    ok(bundle.outcome === 'bundle-proved', JSON.stringify(bundle));
    deepEqual(
      bundle.entries.map(({ kind }) => kind),
      ['proved', 'provenance'],
    );
    const [read] = await found(search, 'hospital-b');
    ok(read !== undefined);
    const { status, output } = await verifyByCommand(read);
    equal(status, 0, output);
    await device.revoke(consentId);
    equal(await isShown(), false);
  });

  it('is nobody’s to write', async () => {
    const [made] = await found(`Provenance?target=${observation.reference}`, 'hospital-a');
    ok(made !== undefined);
    const path = `Provenance/${made.id}`;
    equal((await gateway.send('PUT', path, { body: JSON.stringify(made) })).status, 405);
    equal((await gateway.send('DELETE', path)).status, 405);
    equal((await gateway.send('DELETE', path, { as: 'hospital-b' })).status, 403);
  });

  it('says of an erased version that it was erased', async () => {
    const erased = await gateway.send('POST', `${observation.reference}/$erase`, { body: '' });
    equal(erased.status, 200, erased.text);
    const deadline = performance.now() + 30_000;
    let made: Provenance | undefined;
    while (made === undefined && performance.now() < deadline)
      [made] = await found(`Provenance?target=${observation.reference}`, 'hospital-a');
    ok(made !== undefined);
    const verified = await verifyProvenance(made, gateway.trust);
    equal(verified.outcome, 'erased', JSON.stringify(verified));
    equal((await gateway.send('GET', `Provenance/${made.id}`, { as: 'hospital-b' })).status, 404);
    match((await verifyByCommand(made)).output, /this leaf was erased on/);
  });
});
