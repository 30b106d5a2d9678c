import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request, { type Response } from 'supertest';
import { asOther, get, observation, twoPatients, type Case } from './testing/two-patients.ts';
import { fhirBaseUrl } from './testing/world.ts';

describe('another organisation searches', () => {
  const mixed = async (): Promise<Case> => {
    const world = await twoPatients();
    for (let index = 0; index < 6; index += 1)
      await world.put(observation(`o${index}`, index % 2 === 0 ? 'yes' : 'no'));
    return world;
  };
  const ids = (response: Response): readonly string[] =>
    (response.body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id);
  const next = (response: Response): string | undefined =>
    (response.body.link as { relation: string; url: string }[])
      .find(({ relation }) => relation === 'next')
      ?.url.slice(fhirBaseUrl.length + 1);

  it('C2 pages are full of what is permitted, and no link leads to what is not', async () => {
    const world = await mixed();
    const first = await get(world, 'Observation?_count=2');
    assert.deepEqual(ids(first), ['o0', 'o2']);
    const second = await get(world, next(first)!);
    assert.deepEqual([ids(second), next(second)], [['o4'], undefined]);
    assert.equal(first.body.total, undefined);
  });

  it('C2 a link is for its client, its search and its time, and tells nothing', async () => {
    const world = await mixed();
    const link = next(await get(world, 'Observation?patient=yes&_count=1'))!;
    assert.ok(!Buffer.from(link.split('.').join(''), 'base64url').includes('yes'));
    assert.equal((await get(world, link, 'other-client')).status, 400);
    assert.equal((await get(world, link.replace('Observation', 'Patient'))).status, 400);
    assert.equal((await get(world, `${link}&patient=no`)).status, 400);
    await world.granting.revoke(world.consentId, 'committed');
    assert.deepEqual(ids(await get(world, link)), []);
    world.later(600_000);
    assert.equal((await get(world, link)).status, 400);
  });

  it('C4 is not told how many there are', async () => {
    const world = await mixed();
    for (const parameter of ['_summary=count', '_total=accurate', '_count=0']) {
      assert.equal((await get(world, `Observation?${parameter}`)).status, 403, parameter);
    }
  });

  it('C5 has no parameter that is not understood', async () => {
    const world = await mixed();
    for (const parameter of ['_filter=x', '_text=x', '_has:Observation:patient=x', 'subject.shoe-size=44', '_query=x'])
      assert.equal((await get(world, `Observation?${parameter}`)).status, 400, parameter);
  });

  it('C13 leaves one PatientQuery for each patient disclosed, or one Query, and counts what it decided and left out', async () => {
    const world = await mixed();
    const data = [{ meaning: 'instance', reference: { reference: 'Observation/o2' } }];
    await world.granting.grant({ type: 'deny', data });
    await get(world, 'Observation');
    await get(world, 'Observation?patient=no');
    const audits = (await world.audits())
      .map((audit) => JSON.stringify(audit))
      .filter((audit) => !audit.includes('AuthZconsent'));
    assert.equal(audits.length, 2);
    assert.match(audits[0]!, /IHE\.BasicAudit\.PatientQuery/);
    assert.match(audits[0]!, /"url":"filtered","valueUnsignedInt":1/);
    assert.match(audits[1]!, /IHE\.BasicAudit\.Query/);
    assert.ok(audits.every((audit) => !audit.includes('Observation/o1')));
  });

  it('finds the patient who gave it a handle, and without a permit answers as if it were unknown', async () => {
    const world = await twoPatients();
    const find = async (handle: string) =>
      request(world.app)
        .post('/fhir/Patient/_search')
        .set(asOther)
        .type('form')
        .send({ identifier: `urn:chartseal:patient|${handle}` });
    assert.deepEqual(ids(await find(world.granting.handle.handle)), ['yes']);
    const hidden = await find(world.silent.handle.handle);
    const unknown = await find('A'.repeat(22));
    assert.deepEqual(ids(hidden), []);
    assert.equal(hidden.text.replaceAll(world.silent.handle.handle, ''), unknown.text.replaceAll('A'.repeat(22), ''));
  });
});
