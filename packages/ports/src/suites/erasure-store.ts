import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ErasureStatement, ErasureStore } from '../erasure-store.ts';
import type { LogStore } from '../log-store.ts';
import type { PatientStore } from '../patient-store.ts';
import type { RecordKey, RecordStore, StoredVersion } from '../record-store.ts';
import { newKey, put, range, unit, draft } from './drafts.ts';
import { integrate } from './log-store.ts';

export type ErasureStoreFixture = {
  readonly erasures: ErasureStore;
  readonly records: RecordStore;
  readonly patients: PatientStore;
  readonly logs: LogStore;
  /** Whether a text is in any row of the store. */
  holds(text: string): Promise<boolean>;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const erasedAt = Date.UTC(2026, 0, 2);

export const erasureStoreSuite = (name: string, openFixture: () => Promise<ErasureStoreFixture>): void => {
  describe(`ErasureStore: ${name}`, () => {
    let fixture: ErasureStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());
    const erase = (subject: RecordKey, erasureId = randomUUID()) =>
      fixture.erasures.erase({ erasureId, subject, erasedAt });
    const sequence = async (versions: readonly StoredVersion[]) => {
      const lease = await fixture.logs.lease('records');
      const entries = versions.map(({ handle, versionId, commitment: entry }) => ({ handle, versionId, entry }));
      await fixture.logs.append(lease, entries, integrate);
      const places = await Promise.all(entries.map((entry) => fixture.logs.leafIndex(entry)));
      return places.map((place) => place!.leafIndex);
    };
    const statement = (erasureId: string): ErasureStatement => ({
      erasureId,
      log: 'records',
      statementHash: randomBytes(32).toString('hex'),
      note: 'note',
      transactionId: 't',
      blockNumber: 1,
      receipt: { type: 'embedded', blockNumber: 1 },
    });

    it('law 1: destroys content, key, index and bytes of every version, and leaves tombstones', async () => {
      const key = newKey('Binary');
      const text = `secret ${randomUUID()}`;
      const bytes = Buffer.from(text);
      const versions = [
        ...(await put(fixture.records, key, { text, bytes })),
        ...(await put(fixture.records, key, { text, bytes })),
      ];
      ok(await fixture.holds(text));
      deepEqual(await erase(key), { records: 1, versions: 2, kept: [] });
      await fixture.crash();
      ok(!(await fixture.holds(text)));
      for (const before of versions) {
        const erased = await fixture.records.vread(key, before.versionId);
        const rest = { ...before, state: 'deleted', commitmentKey: new Uint8Array(), erasedAt };
        deepEqual({ ...erased, content: '' }, { ...rest, content: '' });
        const meta = { lastUpdated: before.lastUpdated, versionId: String(before.versionId) };
        deepEqual(JSON.parse(erased!.content), { deleted: true, id: key.id, meta, resourceType: 'Binary' });
        equal(await fixture.records.bytes(key, before.versionId), undefined);
      }
    });

    it('law 2: with a Patient goes what is about that Patient alone, whichever version says so', async () => {
      const [patient, other] = [newKey('Patient'), newKey('Patient')];
      const about = (...of: readonly RecordKey[]) => ({ patients: of.map(({ id }) => id) });
      const [binary, shared] = [newKey('Binary'), newKey('Binary')];
      const [now, once, gone, both, others] = range(5).map(() => newKey());
      const write = (key: RecordKey, options: Parameters<typeof put>[2]) => put(fixture.records, key, options);
      for (const key of [patient, other]) await write(key, about(key));
      for (const key of [binary, shared]) await write(key, { bytes: randomBytes(8) });
      await write(now!, { ...about(patient), references: [binary, shared] });
      await write(once!, about(patient));
      await write(once!, {});
      await write(gone!, about(patient));
      await write(gone!, { kind: 'deletion' });
      await write(both!, about(patient, other));
      await write(others!, { ...about(other), references: [shared] });
      const handle = randomUUID();
      const codeHash = randomUUID();
      await fixture.patients.offer({ codeHash, handle, patientId: patient.id, expiresAt: erasedAt });
      await fixture.patients.redeem(codeHash, 'jws', 0);
      const terms = `terms ${randomUUID()}`;
      const put1 = { handle, digest: 'd', operation: 'put', jws: 'j', consentId: 'c', sequence: 1 } as const;
      await fixture.patients.hold({
        ...put1,
        consentText: terms,
        commitmentKey: new Uint8Array(32),
        receivedAt: 0,
        ledger: { state: 'pending' },
      });

      const { kept, ...counts } = await erase(patient);
      deepEqual(kept, [both]);
      deepEqual(counts, { records: 5, versions: 7 });
      const states = await Promise.all(
        [patient, binary, now!, once!, gone!, shared, both!, others!, other].map(
          async (key) => (await fixture.records.read(key))?.erasedAt !== undefined,
        ),
      );
      deepEqual(states, [true, true, true, true, true, false, false, false, false]);
      ok(!(await fixture.holds(terms)));
      deepEqual(await fixture.patients.handlesOf(patient.id), []);
      equal((await fixture.patients.handle(handle))?.state, 'closed');
      const closing = (await fixture.patients.directives(handle)).find(({ operation }) => operation === 'close');
      equal(closing?.ledger.state, 'pending');
    });

    it('law 3: what is erased stays so, and may be written anew', async () => {
      const key = newKey();
      await put(fixture.records, key);
      await erase(key);
      deepEqual(await erase(key), { records: 0, versions: 0, kept: [] });
      const [anew] = await put(fixture.records, key);
      equal(anew?.versionId, 2);
      equal((await fixture.records.read(key))?.erasedAt, undefined);
      equal((await fixture.records.vread(key, 1))?.erasedAt, erasedAt);
    });

    it('laws 4 and 6: tells of leaves once all are there, until the ledger was told', async () => {
      const keys = [newKey(), newKey()];
      const versions = await fixture.records.commit(unit(keys.map((key) => draft(key, { patients: ['law-4'] }))));
      const patient = { resourceType: 'Patient', id: 'law-4' };
      const erasureId = randomUUID();
      await erase(patient, erasureId);
      const own = async () => (await fixture.erasures.unstated(100)).filter((each) => each.erasureId === erasureId);
      const [first] = await sequence(versions.slice(0, 1));
      deepEqual(await own(), []);
      const [second] = await sequence(versions.slice(1));
      const leafIndexes = [first!, second!];
      deepEqual(await own(), [{ erasureId, erasedAt, log: 'records', leafIndexes }]);
      const told = statement(erasureId);
      await fixture.erasures.state(told, leafIndexes.slice(0, 1));
      deepEqual((await own())[0]?.leafIndexes, leafIndexes.slice(1));
      await fixture.erasures.state(told, leafIndexes);
      await fixture.crash();
      deepEqual(await own(), []);
      deepEqual(await fixture.erasures.statementOf(versions[1]!), told);
      deepEqual((await fixture.erasures.statements()).at(-1), told);
    });

    it('law 5: erases by leaf what a store that was set back still holds', async () => {
      const [patient, record, stays] = [newKey('Patient'), newKey(), newKey()];
      const written = await Promise.all([
        put(fixture.records, patient, { patients: [patient.id] }),
        put(fixture.records, record, { patients: [patient.id] }),
        put(fixture.records, stays),
      ]);
      const [leaf] = await sequence(written.flat());
      const told = statement(randomUUID());
      const { log, ...rest } = told;
      const erased = await fixture.erasures.eraseLeaves(log, [[leaf!, leaf!]], { ...rest, erasedAt });
      deepEqual(erased, { records: 2, versions: 2, kept: [] });
      notEqual((await fixture.records.read(record))?.erasedAt, undefined);
      equal((await fixture.records.read(stays))?.erasedAt, undefined);
      deepEqual(await fixture.erasures.statementOf(written[0][0]!), told);
    });
  });
};
