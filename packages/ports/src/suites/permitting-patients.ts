import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { HeldDirective, PatientStore } from '../patient-store.ts';
import type { Asking, PermittingPatients } from '../permitting-patients.ts';
import type { RecordStore } from '../record-store.ts';
import { put, range } from './drafts.ts';

export type PermittingPatientsFixture = {
  readonly permitting: PermittingPatients;
  readonly patients: PatientStore;
  readonly records: RecordStore;
  /** Resolves when the terms of all that is held have been read. */
  read(): Promise<void>;
  close(): Promise<void>;
};

const now = Date.UTC(2026, 0, 2);
const terminology = 'http://terminology.hl7.org/CodeSystem';
const concept = (system: string, code: string): object => ({ coding: [{ system: `${terminology}/${system}`, code }] });

/** Elements of a provision that permits. */
type Terms = { readonly organization?: string; readonly purpose?: string; readonly end?: string };

const consentText = (patient: string, id: string, { organization, purpose, end }: Terms): string =>
  JSON.stringify({
    resourceType: 'Consent',
    id,
    status: 'active',
    scope: concept('consentscope', 'patient-privacy'),
    patient: { identifier: { system: 'urn:chartseal:patient', value: patient } },
    provision: {
      type: 'permit',
      ...(organization === undefined
        ? {}
        : {
            actor: [
              {
                role: concept('v3-ParticipationType', 'IRCP'),
                reference: { identifier: { system: 'urn:chartseal:organization', value: organization } },
              },
            ],
          }),
      ...(purpose === undefined ? {} : { purpose: [{ system: `${terminology}/v3-ActReason`, code: purpose }] }),
      ...(end === undefined ? {} : { period: { end } }),
    },
  });

export const permittingPatientsSuite = (name: string, openFixture: () => Promise<PermittingPatientsFixture>): void => {
  describe(`PermittingPatients: ${name}`, () => {
    let fixture: PermittingPatientsFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const enrol = async (patientId: string): Promise<string> => {
      const [codeHash, handle] = [randomUUID(), randomUUID()];
      await fixture.patients.offer({ codeHash, handle, patientId, expiresAt: now + 1 });
      await fixture.patients.redeem(codeHash, 'an enrolment', now);
      return handle;
    };
    const hold = async (handle: string, said: Partial<HeldDirective>): Promise<void> => {
      const held = {
        handle,
        digest: randomUUID(),
        jws: 'a.b.c',
        receivedAt: now,
        ledger: { state: 'pending' },
      } as const;
      await fixture.patients.hold({ ...held, operation: 'put', ...said });
    };
    const grant = async (handle: string, terms: Terms): Promise<string> => {
      const consentId = randomUUID();
      await hold(handle, { consentId, sequence: 1, consentText: consentText(handle, consentId, terms) });
      return consentId;
    };
    const asking = (organization: string, change: Partial<Asking> = {}): Asking => ({
      organizations: [organization, '*'],
      purposes: ['ETREAT', 'TREAT', '*'],
      at: now,
      ...change,
    });
    /** Of these. Others of the suite may be told too. */
    const told = async (request: Asking, ...of: readonly string[]): Promise<readonly string[]> => {
      const found = await fixture.permitting.among(request, 1000);
      return found === 'too-many' ? [found] : of.filter((one) => found.includes(one));
    };

    it('laws 1 and 3: tells who could permit it, at once, and no others as soon as terms are read', async () => {
      const ids = range(6).map(() => randomUUID());
      const [all, one, treated, paid, ended, silent] = ids as [string, string, string, string, string, string];
      const terms = new Map<string, Terms>([
        [all, {}],
        [one, { organization: 'hospital-b' }],
        [treated, { purpose: 'TREAT' }],
        [paid, { purpose: 'HPAYMT' }],
        [ended, { end: '2025' }],
      ]);
      for (const [id, said] of terms) await grant(await enrol(id), said);
      await enrol(silent);
      const inTime = await told(asking('hospital-b'), ...ids);
      deepEqual(
        [all, one, treated].filter((id) => !inTime.includes(id)),
        [],
      );
      await fixture.read();
      deepEqual(await told(asking('hospital-b'), ...ids), [all, one, treated]);
      deepEqual(await told(asking('hospital-c'), ...ids), [all, treated]);
      deepEqual(await told(asking('hospital-c', { purposes: ['HPAYMT', '*'] }), ...ids), [all, paid]);
      deepEqual(await told(asking('hospital-c', { at: Date.UTC(2025, 1) }), ...ids), [all, treated, ended]);
    });

    it('laws 1 and 3: nobody whose consent is revoked or handle closed, and who grants anew again', async () => {
      const patient = randomUUID();
      const handle = await enrol(patient);
      const consentId = await grant(handle, {});
      await fixture.read();
      deepEqual(await told(asking('hospital-b'), patient), [patient]);
      await hold(handle, { operation: 'revoke', consentId });
      deepEqual(await told(asking('hospital-b'), patient), []);
      await grant(handle, {});
      deepEqual(await told(asking('hospital-b'), patient), [patient]);
      const next = await enrol(patient);
      deepEqual(await told(asking('hospital-b'), patient), []);
      await grant(next, { organization: 'hospital-b' });
      await fixture.read();
      deepEqual(await told(asking('hospital-b'), patient), [patient]);
    });

    it('law 1: one whose terms came later than the directive, and one whose terms cannot be read', async () => {
      const [late, strange] = [randomUUID(), randomUUID()];
      const handle = await enrol(late);
      const [consentId, digest] = [randomUUID(), randomUUID()];
      await hold(handle, { consentId, digest, sequence: 1 });
      await fixture.read();
      deepEqual(await told(asking('hospital-b'), late), []);
      await hold(handle, { consentId, digest, sequence: 1, consentText: consentText(handle, consentId, {}) });
      deepEqual(await told(asking('hospital-b'), late), [late]);
      await hold(await enrol(strange), { consentId: randomUUID(), sequence: 1, consentText: '{"resourceType":' });
      await fixture.read();
      deepEqual(await told(asking('hospital-b'), late, strange), [late, strange]);
    });

    it('law 2: whoever Patient records link with one who could permit it, and nobody once the link is gone', async () => {
      const ids = range(5).map(() => randomUUID());
      const [granting, replaced, further, pointing, apart] = ids as [string, string, string, string, string];
      const link = (id: string, ...others: readonly string[]) =>
        put(fixture.records, { resourceType: 'Patient', id }, { patients: [id, ...others] });
      for (const id of [replaced, apart]) await link(id);
      await link(granting, replaced);
      await link(further, replaced);
      await link(pointing, granting);
      await grant(await enrol(granting), { organization: 'hospital-b' });
      await fixture.read();
      deepEqual(await told(asking('hospital-b'), ...ids), [granting, replaced, further, pointing]);
      await link(granting);
      deepEqual(await told(asking('hospital-b'), ...ids), [granting, pointing]);
      deepEqual(await told(asking('hospital-c'), ...ids), []);
    });

    it('law 4: says when there are too many', async () => {
      const organization = randomUUID();
      for (const _ of range(3)) await grant(await enrol(randomUUID()), { organization });
      await fixture.read();
      const request = { organizations: [organization], purposes: ['*'], at: now };
      equal(await fixture.permitting.among(request, 2), 'too-many');
      equal((await fixture.permitting.among(request, 3)).length, 3);
    });
  });
};
