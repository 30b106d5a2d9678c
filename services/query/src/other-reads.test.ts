import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChartsealError } from '@chartseal/ports';
import { events, get, observation, seen, twoPatients } from './testing/two-patients.ts';

describe('another organisation reads', () => {
  it('what the patient permits, audited as a PatientRead with the rule that decided', async () => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    const { status, headers } = await get(world, 'Observation/o1');
    assert.deepEqual([status, headers.etag], [200, 'W/"1"']);
    const [audit] = await world.audits();
    const text = JSON.stringify(audit);
    assert.match(text, /IHE\.BasicAudit\.PatientRead/);
    for (const part of [
      world.consentId,
      'Patient/yes',
      'Observation/o1/_history/1',
      'hospital-b',
      'b-app',
      'dr-b',
      'Dr. B',
      'TREAT',
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it('C7 nothing else: a denied read is a missing one, in status, headers and body', async () => {
    const world = await twoPatients();
    await world.put(observation('o2', 'no'));
    await world.put({ resourceType: 'Practitioner', id: 'dr' });
    await world.put({ resourceType: 'Observation', id: 'nobody', status: 'final', code: { text: 'x' } });
    const missing = seen(await get(world, 'Observation/never'));
    for (const path of [
      'Observation/o2',
      'Patient/no',
      'Observation/nobody',
      'Practitioner/dr',
      'Observation/o2/_history/1',
      'Observation/o2/_history',
      'Observation/o2/$proof',
      'Patient/no/$everything',
      'Observation/not_an_id',
    ]) {
      assert.deepEqual(seen(await get(world, path)), missing, path);
    }
    assert.equal(
      events(world).every(({ effect }) => effect === 'deny'),
      true,
    );
    assert.equal(events(world).length, 10);
  });

  it('C11 nothing from a stale view, whether it is there or not, and looks nothing up', async () => {
    const stale = async () => Promise.reject(new ChartsealError('ledger-stale', 'too old'));
    const world = await twoPatients({ freshness: { ensureFresh: stale } });
    await world.put(observation('o1', 'yes'));
    const there = await get(world, 'Observation/o1');
    assert.deepEqual([there.status, there.headers['retry-after']], [503, '1']);
    for (const path of [
      'Observation/never',
      'Patient/yes/$everything',
      'Observation/o1/$proof',
      'Observation?patient=yes',
      'Observation?subject:Patient.family=x',
      'Patient?_has:Observation:subject:code=x&_include=*',
      '?_type=Patient,Observation',
      'Patient/yes/*',
      'Patient/never/Observation',
      '_history',
      'Observation/_history?_at=2020',
      'Observation/o1/_history?_since=2020',
      'Observation/o1/$meta',
      'Observation/$lastn?patient=yes&code=x',
      'Binary/never',
    ]) {
      assert.deepEqual(seen(await get(world, path)), seen(there), path);
    }
    assert.equal(world.memory.reads, 0);
  });

  it('A3 a revocation counts from the moment it is held, whatever the ledger says', async () => {
    const world = await twoPatients();
    assert.equal((await get(world, 'Patient/yes')).status, 200);
    await world.granting.revoke(world.consentId, 'pending');
    assert.equal((await get(world, 'Patient/yes')).status, 404);
  });

  it('C10 what moved while it was audited is decided again', async () => {
    const world = await twoPatients();
    world.memory.beforeCommit = async () => {
      world.memory.beforeCommit = async () => {};
      await world.granting.revoke(world.consentId, 'committed');
    };
    assert.equal((await get(world, 'Patient/yes')).status, 404);
    assert.deepEqual(new Set(events(world).map(({ effect }) => effect)), new Set(['permit', 'deny']));
    assert.equal(events(world).at(-1)?.effect, 'deny');
  });

  it('C10 a suspension acts at once', async () => {
    const world = await twoPatients();
    const { ledgerView } = world.deps;
    const active = ledgerView.organization('hospital-b');
    assert.ok(active !== undefined);
    Object.assign(ledgerView, { organization: () => ({ ...active, status: 'suspended' }) });
    assert.equal((await get(world, 'Patient/yes')).status, 401);
    Object.assign(ledgerView, { organization: () => ({ ...active, purposes: ['HRESCH'] }) });
    assert.equal((await get(world, 'Patient/yes')).status, 401);
  });

  it('C10 so does one that comes while the answer is audited', async () => {
    const world = await twoPatients();
    const { ledgerView } = world.deps;
    const active = ledgerView.organization('hospital-b');
    assert.ok(active !== undefined);
    world.memory.beforeCommit = async () => {
      Object.assign(ledgerView, {
        organization: () => ({ ...active, status: 'suspended' }),
        directoryChangedAt: ledgerView.directoryChangedAt + 1,
      });
    };
    assert.equal((await get(world, 'Patient/yes')).status, 401);
  });

  it('C12 a directive that was tampered with, or that the ledger knows otherwise, counts for nothing', async () => {
    const world = await twoPatients();
    const [held] = world.granting.held;
    world.granting.held[0] = {
      ...held!,
      consentText: held!.consentText!.replace('hospital-b', 'hospital-c'),
      digest: `${held!.digest}x`,
    };
    assert.equal((await get(world, 'Patient/yes')).status, 404);
  });

  it('C12 sends nothing of what could not be audited', async () => {
    const world = await twoPatients();
    world.memory.auditing = 'fails';
    for (const path of [
      'Patient/yes',
      'Patient?_id=yes',
      'Patient/no',
      'Patient/yes/$everything',
      'Patient/yes/$meta',
      'Patient/_history',
      '_history',
      '?_type=Patient',
      'Patient/yes/*',
      'Observation/$lastn?patient=yes&code=x',
    ]) {
      const { status, text } = await get(world, path);
      assert.equal(status, 503, path);
      assert.ok(!text.includes('yes') && !text.includes('secret'));
    }
    const own = await get(world, 'Patient/yes', 'own');
    assert.equal(own.status, 503);
  });

  it('C12 sends nothing where a decision fails, and says nothing of why', async () => {
    const world = await twoPatients();
    await world.put(observation('o1', 'yes'));
    Object.assign(world.deps.patients, {
      say: async () => Promise.reject(new TypeError('of yes, who is secret')),
    });
    for (const path of [
      'Patient/yes',
      'Patient/yes/_history/1',
      'Patient/yes/_history',
      'Observation/o1',
      'Observation/o1/$proof',
      'Observation/o1/$meta',
      'Patient?_id=yes',
      'Observation?patient=yes&_include=Observation:subject',
      'Observation?subject:Patient._id=yes',
      'Patient?_has:Observation:subject:_id=o1',
      'Patient/yes/$everything',
      'Patient/yes/*',
      '?_type=Patient',
      '_history',
      'Observation/$lastn?patient=yes&code:missing=false',
    ]) {
      const { status, text } = await get(world, path);
      assert.equal(status, 500, path);
      assert.match(text, /"code":"exception"/, path);
      assert.doesNotMatch(text, /secret|o1|"Patient"|family/, path);
    }
    assert.deepEqual(
      events(world).filter(({ effect }) => effect === 'permit'),
      [],
    );
    assert.doesNotMatch(world.log.join(''), /secret/);
  });

  it('B12 the deleted as what it was', async () => {
    const world = await twoPatients();
    for (const patient of ['yes', 'no']) {
      await world.put(observation(`of-${patient}`, patient));
      await world.remove({ resourceType: 'Observation', id: `of-${patient}` });
    }
    assert.equal((await get(world, 'Observation/of-yes')).status, 410);
    assert.equal((await get(world, 'Observation/of-no')).status, 404);
    assert.equal((await get(world, 'Observation/of-yes/_history/1')).status, 200);
    assert.equal((await get(world, 'Observation/of-no/_history/1')).status, 404);
  });

  it('C13 with an AuthZconsent beside, where a directive decided for a user who is known', async () => {
    const world = await twoPatients();
    await get(world, 'Patient/yes');
    await get(world, 'Patient/no');
    const audits = (await world.audits()).map((audit) => JSON.stringify(audit));
    const [authorization, ...more] = audits.filter((audit) => audit.includes('IHE.BasicAudit.AuthZconsent'));
    assert.equal(more.length, 0);
    assert.ok(
      authorization?.includes(`urn:uuid:${world.consentId}`) && authorization.includes('urn:ietf:params:oauth:jti:t2'),
    );
  });

  it('C1 no audit trail', async () => {
    const world = await twoPatients();
    await get(world, 'Patient/yes');
    const { body } = await get(world, 'AuditEvent?patient=yes');
    assert.equal(body.entry, undefined);
  });
});
