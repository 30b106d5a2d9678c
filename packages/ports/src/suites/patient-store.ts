import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { extractIndex } from '@chartseal/fhir';
import type { EnrolmentOffer, HeldDirective, PatientStore } from '../patient-store.ts';
import type { RecordStore } from '../record-store.ts';
import { put } from './drafts.ts';

export type PatientStoreFixture = {
  readonly patients: PatientStore;
  /** The same store through connections of its own, as another process has it. */
  readonly others: PatientStore;
  /** Writes a version of that Patient with these links: types and ids. */
  link(patientId: string, links: readonly (readonly [type: string, other: string])[]): Promise<void>;
  crash(): Promise<void>;
  close(): Promise<void>;
};

/** `PatientStoreFixture.link` on a store of records. */
export const linkPatients =
  (records: RecordStore): PatientStoreFixture['link'] =>
  async (patientId, links) => {
    const patient = {
      resourceType: 'Patient',
      id: patientId,
      link: links.map(([type, other]) => ({ type, other: { reference: `Patient/${other}` } })),
    };
    await put(records, patient, { index: extractIndex(patient) });
  };

const now = Date.UTC(2026, 0, 2);

const newOffer = (patientId: string = randomUUID()): EnrolmentOffer => ({
  codeHash: randomUUID(),
  handle: randomUUID(),
  patientId,
  expiresAt: now + 600_000,
});

const newDirective = (handle: string = randomUUID()): HeldDirective => ({
  handle,
  digest: randomUUID(),
  operation: 'put',
  jws: 'a.b.c',
  consentId: randomUUID(),
  sequence: 1,
  consentText: '{"provision":{"amount":1.00}}',
  commitmentKey: new Uint8Array(randomBytes(32)),
  receivedAt: now,
  ledger: { state: 'pending' },
});

const committed = { state: 'committed', transactionId: 'transaction', blockNumber: 7 } as const;

export const patientStoreSuite = (name: string, openFixture: () => Promise<PatientStoreFixture>): void => {
  describe(`PatientStore: ${name}`, () => {
    let fixture: PatientStoreFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const enrol = async (patientId?: string): Promise<string> => {
      const offer = newOffer(patientId);
      await fixture.patients.offer(offer);
      ok(await fixture.patients.redeem(offer.codeHash, 'an enrolment', now));
      return offer.handle;
    };

    it('offers a handle, looks at the offer without using it up, and opens the handle', async () => {
      const offer = newOffer();
      await fixture.patients.offer(offer);
      const { handle, patientId } = offer;
      deepEqual(await fixture.others.findOffer(offer.codeHash, now), offer);
      deepEqual(await fixture.others.handle(handle), { handle, patientId, state: 'offered', enrolmentJws: undefined });
      const redeemed = await fixture.patients.redeem(offer.codeHash, 'an enrolment', now);
      deepEqual(redeemed, { handle: { handle, patientId, state: 'open' }, closed: [] });
      deepEqual(await fixture.others.handle(handle), {
        handle,
        patientId,
        state: 'open',
        enrolmentJws: 'an enrolment',
      });
      equal(await fixture.others.findOffer(offer.codeHash, now), undefined);
      equal(await fixture.patients.handle(randomUUID()), undefined);
    });

    it('law 1: what is held survives a crash, and the same payload again changes nothing', async () => {
      const directive = newDirective();
      deepEqual(await fixture.patients.hold(directive), directive);
      await fixture.crash();
      const again = { ...directive, jws: 'another signature', receivedAt: now + 1 };
      deepEqual(await fixture.patients.hold(again), directive);
      deepEqual(await fixture.others.directives(directive.handle), [directive]);
    });

    it('law 1: of many that hold the same payload at once all get the same', async () => {
      const directive = newDirective();
      const held = await Promise.all(
        Array.from({ length: 8 }, (_, index) => fixture.patients.hold({ ...directive, receivedAt: now + index })),
      );
      equal(new Set(held.map(({ receivedAt }) => receivedAt)).size, 1);
    });

    it('law 1: adds the terms of a put that were not held, once', async () => {
      const directive = newDirective();
      const { consentText, commitmentKey, ...bare } = directive;
      await fixture.patients.hold({ ...bare, ledger: committed });
      const completed = { ...directive, ledger: committed };
      deepEqual(await fixture.others.hold({ ...bare, jws: 'another' }), { ...bare, ledger: committed });
      deepEqual(await fixture.others.hold({ ...directive, receivedAt: now + 1 }), completed);
      deepEqual(await fixture.patients.hold({ ...directive, consentText: '{}' }), completed);
      ok(consentText !== undefined && commitmentKey !== undefined);
    });

    it('keeps directives that have no more than a signature', async () => {
      const { handle, digest, jws, receivedAt, ledger } = newDirective();
      const freeze: HeldDirective = { handle, digest, operation: 'freeze', jws, receivedAt, ledger };
      deepEqual(await fixture.patients.hold(freeze), freeze);
    });

    it('law 2: a code is redeemed once', async () => {
      const offer = newOffer();
      await fixture.patients.offer(offer);
      const redeemed = await Promise.all(
        [fixture.patients, fixture.others, fixture.patients, fixture.others].map((store) =>
          store.redeem(offer.codeHash, 'an enrolment', now),
        ),
      );
      equal(redeemed.filter((answer) => answer !== undefined).length, 1);
      equal(await fixture.patients.redeem(randomUUID(), 'an enrolment', now), undefined);
    });

    it('law 2: an expired code is never redeemed', async () => {
      const offer = newOffer();
      await fixture.patients.offer(offer);
      equal(await fixture.patients.findOffer(offer.codeHash, offer.expiresAt), undefined);
      equal(await fixture.patients.redeem(offer.codeHash, 'an enrolment', offer.expiresAt), undefined);
      equal((await fixture.patients.handle(offer.handle))?.state, 'offered');
    });

    it('law 3: opening a handle closes the others of that Patient', async () => {
      const patientId = randomUUID();
      const first = await enrol(patientId);
      const stranger = await enrol();
      const [unused, second] = [newOffer(patientId), newOffer(patientId)];
      await fixture.patients.offer(unused);
      await fixture.patients.offer(second);
      deepEqual((await fixture.patients.redeem(second.codeHash, 'an enrolment', now))?.closed, [first]);
      const states = (await fixture.others.handlesOf(patientId)).map(({ handle, state }) => [handle, state]);
      deepEqual(states, [
        [first, 'closed'],
        [unused.handle, 'closed'],
        [second.handle, 'open'],
      ]);
      equal((await fixture.patients.handle(stranger))?.state, 'open');
      equal(await fixture.patients.redeem(unused.codeHash, 'an enrolment', now), undefined);
      equal((await fixture.patients.handle(second.handle))?.state, 'open');
    });

    it('law 3: of handles of one Patient that are opened at once one stays open', async () => {
      const patientId = randomUUID();
      const offers = Array.from({ length: 6 }, () => newOffer(patientId));
      for (const offer of offers) await fixture.patients.offer(offer);
      await Promise.all(
        offers.map(({ codeHash }, index) =>
          (index % 2 === 0 ? fixture.patients : fixture.others).redeem(codeHash, 'an enrolment', now),
        ),
      );
      const handles = await fixture.patients.handlesOf(patientId);
      equal(handles.filter(({ state }) => state === 'open').length, 1);
      equal(handles.filter(({ state }) => state === 'closed').length, 5);
    });

    it('law 4: settles once', async () => {
      const directive = newDirective();
      await fixture.patients.hold(directive);
      await fixture.patients.settle(directive.handle, directive.digest, committed);
      const others = [{ state: 'refused' } as const, { state: 'pending' } as const, { ...committed, blockNumber: 8 }];
      for (const ledger of others) await fixture.patients.settle(directive.handle, directive.digest, ledger);
      await fixture.crash();
      deepEqual(await fixture.patients.directives(directive.handle), [{ ...directive, ledger: committed }]);
      deepEqual((await fixture.patients.hold(directive)).ledger, committed);
    });

    it('law 4: a refusal is final', async () => {
      const directive = newDirective();
      await fixture.patients.hold(directive);
      await fixture.patients.settle(directive.handle, directive.digest, { state: 'refused' });
      await fixture.patients.settle(directive.handle, directive.digest, committed);
      deepEqual((await fixture.patients.directives(directive.handle))[0]?.ledger, { state: 'refused' });
    });

    it('law 5: tells what a Patient says under the open handle, and nothing of others or before', async () => {
      const patientId = randomUUID();
      deepEqual(await fixture.patients.say(patientId), []);
      const before = await enrol(patientId);
      await fixture.patients.hold(newDirective(before));
      const handle = await enrol(patientId);
      const under = { patientId, handle, enrolmentJws: 'an enrolment' };
      deepEqual(await fixture.others.say(patientId), [{ ...under, directives: [] }]);
      const directives = [newDirective(handle), newDirective(handle)];
      for (const directive of directives) await fixture.patients.hold(directive);
      deepEqual(await fixture.others.say(patientId), [{ ...under, directives }]);
    });

    it('law 5: unites what merged Patients say, whoever links whom, and parts them again', async () => {
      const [a = '', b = '', c = '', stranger = ''] = Array.from({ length: 4 }, () => randomUUID());
      const handles = [await enrol(a), await enrol(b), await enrol(c)];
      await enrol(stranger);
      const says = async (id: string) => (await fixture.others.say(id)).map(({ handle }) => handle);
      await fixture.link(a, [['replaced-by', b]]);
      await fixture.link(c, [
        ['replaces', b],
        ['seealso', stranger],
      ]);
      for (const id of [a, b, c]) deepEqual(await says(id), handles.toSorted());
      equal((await says(stranger)).length, 1);
      deepEqual(await fixture.others.united(stranger), [stranger]);
      deepEqual([...(await fixture.others.united(b))].sort(), [a, b, c].sort());
      equal((await fixture.others.united(c))[0], c);
      await fixture.link(a, []);
      deepEqual(await says(a), handles.slice(0, 1));
      deepEqual(await says(b), handles.slice(1).toSorted());
    });

    it('law 7: holds a registrar’s key until it ends, and never again', async () => {
      const publicKey = { kty: 'EC', crv: 'P-256', x: randomUUID(), y: randomUUID() } as const;
      const registrar = { registrar: `desk-${randomUUID()}`, publicKey };
      const own = async () =>
        (await fixture.others.registrars()).filter((each) => each.registrar === registrar.registrar);
      await fixture.patients.holdRegistrar(registrar);
      await fixture.patients.holdRegistrar(registrar);
      await fixture.crash();
      deepEqual(await own(), [registrar]);
      await fixture.patients.endRegistrar(registrar.registrar, now);
      await fixture.patients.endRegistrar(registrar.registrar, now + 1);
      await fixture.patients.holdRegistrar(registrar);
      deepEqual(await own(), [{ ...registrar, until: now }]);
    });

    it('law 6: lists what the ledger has not answered, oldest first', async () => {
      for (const { handle, digest } of await fixture.patients.pending(1000))
        await fixture.patients.settle(handle, digest, { state: 'refused' });
      const directives = Array.from({ length: 4 }, () => newDirective());
      for (const directive of directives) await fixture.patients.hold(directive);
      deepEqual(await fixture.others.pending(3), directives.slice(0, 3));
      await fixture.patients.settle(directives[1]!.handle, directives[1]!.digest, committed);
      deepEqual(await fixture.others.pending(10), directives.toSpliced(1, 1));
    });
  });
};
