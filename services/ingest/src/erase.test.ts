/** $erase: content and keys are destroyed, for whoever has that role, and nothing of another's. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { observation, openWorld, patient, type World } from './testing/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const written = async (id: string): Promise<void> => {
  await world.send('put', `/fhir/Patient/${id}`, { ...patient(id), id, name: [{ family: `Family of ${id}` }] });
  await world.send('put', `/fhir/Observation/${id}-o`, { ...observation(`Patient/${id}`), id: `${id}-o` });
};
const erase = (path: string, as = 'erasing', body?: object) => world.send('post', `/fhir/${path}/$erase`, body, { as });
const numbers = (answer: Awaited<ReturnType<typeof erase>>): unknown => {
  const { parameter } = answer.body as unknown as { parameter: { name: string; valueUnsignedInt?: number }[] };
  return Object.fromEntries(parameter.flatMap(({ name, valueUnsignedInt: n }) => (n === undefined ? [] : [[name, n]])));
};

describe('$erase', () => {
  it('is for that role alone', async () => {
    await written('roles');
    for (const as of ['own', 'narrow', 'other']) assert.equal((await erase('Patient/roles', as)).status, 403, as);
    assert.match(String((await world.records.read({ resourceType: 'Patient', id: 'roles' }))?.content), /Family/);
  });

  it('of a Patient takes everything about that person, once', async () => {
    await written('gone');
    await written('stays');
    const answer = await erase('Patient/gone', 'erasing', { resourceType: 'Parameters' });
    assert.equal(answer.status, 200);
    assert.deepEqual(numbers(answer), { records: 2, versions: 2 });
    assert.deepEqual(numbers(await erase('Patient/gone')), { records: 0, versions: 0 });
    const states = await Promise.all(
      ['gone', 'stays'].map(
        async (id) => (await world.records.read({ resourceType: 'Observation', id: `${id}-o` }))?.state,
      ),
    );
    assert.deepEqual(states, ['deleted', 'content']);
  });

  it('of a record takes that record alone, and names what is about others too', async () => {
    await written('one');
    await written('two');
    const group = { resourceType: 'Group', id: 'both', type: 'person', actual: true };
    const member = ['one', 'two'].map((id) => ({ entity: { reference: `Patient/${id}` } }));
    await world.send('put', '/fhir/Group/both', { ...group, member });
    assert.deepEqual(numbers(await erase('Observation/one-o')), { records: 1, versions: 1 });
    const answer = await erase('Patient/one');
    assert.match(JSON.stringify(answer.body), /"name":"kept","valueReference":\{"reference":"Group\/both"\}/);
    assert.equal((await world.records.read({ resourceType: 'Group', id: 'both' }))?.state, 'content');
  });

  it('refuses what is not there, what it does not take, and the audit trail', async () => {
    await world.audit('trail');
    await written('refused');
    assert.equal((await erase('Patient/none')).status, 404);
    assert.equal((await erase('Spell/x')).status, 404);
    assert.equal((await erase('AuditEvent/trail')).status, 405);
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'when', valueString: 'now' }] };
    assert.equal((await erase('Patient/refused', 'erasing', parameters)).status, 400);
    assert.equal((await world.records.read({ resourceType: 'Patient', id: 'refused' }))?.state, 'content');
  });

  it('leaves an id that may be written anew', async () => {
    await written('again');
    await erase('Patient/again');
    const answer = await world.send('put', '/fhir/Patient/again', { ...patient('again'), id: 'again' });
    assert.equal(answer.headers['etag'], 'W/"2"');
  });
});
