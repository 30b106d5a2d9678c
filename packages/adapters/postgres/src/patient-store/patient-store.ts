import type { PatientHandle, PatientSay, PatientStore } from '@chartseal/ports';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { hold, settle, toDirective } from './directives.ts';
import type { DirectiveRow } from './directives.ts';
import { offer, redeem, toOffer } from './enrolment.ts';
import { mergedWith } from './merged-with.ts';
import { endRegistrar, holdRegistrar, listRegistrars } from './registrars.ts';
import type { OfferRow } from './enrolment.ts';

type HandleRow = {
  readonly handle: string;
  readonly patient_id: string;
  readonly state: PatientHandle['state'];
  readonly enrolment_jws: string | null;
};

const toHandle = (row: HandleRow): PatientHandle => ({
  handle: row.handle,
  patientId: row.patient_id,
  state: row.state,
});

/** A handle without directives is one row without a directive. */
type SayRow = { readonly open_handle: string; readonly patient_id: string; readonly enrolment_jws: string | null } & (
  | DirectiveRow
  | { readonly digest: null }
);

const say = `select h.handle as open_handle, h.patient_id, h.enrolment_jws, d.* from patient_handle h
  left join directive d on d.handle = h.handle where h.patient_id = any($1::text[]) and h.state = 'open' order by d.position`;

const saysOf = (rows: readonly SayRow[]): readonly PatientSay[] =>
  [...Map.groupBy(rows, ({ open_handle: handle }) => handle)]
    .map(([handle, [first, ...more]]) => ({
      patientId: first?.patient_id ?? '',
      handle,
      enrolmentJws: first?.enrolment_jws ?? '',
      directives: [first, ...more].flatMap((row) =>
        row === undefined || row.digest === null ? [] : [toDirective(row)],
      ),
    }))
    .toSorted((a, b) => (a.handle < b.handle ? -1 : 1));

/** Handles and directives on tables. */
export function postgresPatientStore(database: Database): PatientStore {
  const transaction = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    try {
      return await database.transaction(work);
    } catch (error) {
      throw asChartsealError(error);
    }
  };

  const reading: Queryable = { query: (statement) => database.read(statement) };

  return {
    offer: (given) => transaction((on) => offer(on, given)),

    findOffer: async (codeHash, now) => {
      const text = 'select * from enrolment_offer where code_hash = $1 and expires_at > $2';
      const [row] = await database.read<OfferRow>({ text, values: [codeHash, now] });
      return row && toOffer(row);
    },

    redeem: (codeHash, enrolmentJws, now) => transaction((on) => redeem(on, codeHash, enrolmentJws, now)),

    handle: async (handle) => {
      const text = 'select * from patient_handle where handle = $1';
      const [row] = await database.read<HandleRow>({ name: 'patient-handle', text, values: [handle] });
      return row && { ...toHandle(row), enrolmentJws: row.enrolment_jws ?? undefined };
    },

    handlesOf: async (patientId) => {
      const text = 'select * from patient_handle where patient_id = $1 order by created';
      return (await database.read<HandleRow>({ name: 'handles-of', text, values: [patientId] })).map(toHandle);
    },

    say: async (patientId) => {
      const asked = (patients: readonly string[]) =>
        database.read<SayRow>({ name: 'say', text: say, values: [patients] });
      // Hardly anybody is merged: both are asked at once.
      const [patients, alone] = await Promise.all([mergedWith(reading, patientId), asked([patientId])]);
      return saysOf(patients.length === 1 ? alone : await asked(patients));
    },

    united: (patientId) => mergedWith(reading, patientId),

    hold: (directive) => transaction((on) => hold(on, directive)),

    settle: (handle, digest, ledger) => transaction((on) => settle(on, { handle, digest }, ledger)),

    directives: async (handle) => {
      const text = 'select * from directive where handle = $1 order by position';
      return (await database.read<DirectiveRow>({ name: 'directives', text, values: [handle] })).map(toDirective);
    },

    pending: async (limit) => {
      const text = `select * from directive where state = 'pending' order by position limit $1`;
      return (await database.read<DirectiveRow>({ name: 'pending', text, values: [limit] })).map(toDirective);
    },

    registrars: () => listRegistrars(reading),
    holdRegistrar: (registrar) => transaction((on) => holdRegistrar(on, registrar)),
    endRegistrar: (registrar, now) => transaction((on) => endRegistrar(on, registrar, now)),
  };
}
