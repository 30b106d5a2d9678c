/** C12: what was right to show a moment ago gives nothing away a moment later, and nobody between is to keep it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';
import type { RuleRow } from './rule-row.ts';
import type { Stage } from './stage.ts';

/** All that shows a record `{id}` of the Patient `{patient}`, and by what it is seen in the answer. */
const ways: readonly (readonly [way: string, sign: string])[] = [
  ['Observation/{id}', '"id":"{id}"'],
  ['Observation/{id}/_history/1', '"id":"{id}"'],
  ['Observation/{id}/_history', '"id":"{id}"'],
  ['Observation/{id}/$meta', '"versionId":"1"'],
  ['Observation?_id={id}', '"id":"{id}"'],
  ['Observation?subject:Patient._id={patient}', '"id":"{id}"'],
  ['Observation/_history?_count=1000', '"id":"{id}"'],
  ['?_id={id}', '"id":"{id}"'],
  ['Patient/{patient}/Observation', '"id":"{id}"'],
  ['Patient/{patient}/$everything', '"id":"{id}"'],
  ['Patient?_has:Observation:subject:_id={id}', '"id":"{patient}"'],
  ['Patient?_id={patient}&_revinclude=Observation:subject', '"id":"{id}"'],
  ['Observation/$lastn?patient={patient}&code:missing=false', '"id":"{id}"'],
];

type Shown = { readonly id: string; readonly patient: string; readonly end: () => Promise<unknown> };

const shown = async ({ gateway }: Stage): Promise<Shown> => {
  const patient = await createPatient(gateway);
  const { id } = await createObservation(gateway, patient);
  const device = await enrolDevice(gateway, patient);
  const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
  return { id, patient, end: () => device.revoke(consentId) };
};

export const cacheRows: readonly RuleRow[] = [
  {
    rule: 'C12',
    holds: 'each way that showed a record shows it no more once that was revoked',
    when: async (stage) => {
      const { id, patient, end } = await shown(stage);
      const named = (text: string): string => text.replaceAll('{id}', id).replaceAll('{patient}', patient);
      const showing = async (): Promise<readonly string[]> => {
        const answers = await Promise.all(ways.map(async ([way]) => stage.b(named(way))));
        return ways.filter(([, sign], at) => answers[at]?.text.includes(named(sign))).map(([way]) => way);
      };
      deepEqual(
        await showing(),
        ways.map(([way]) => way),
      );
      await end();
      deepEqual(await showing(), []);
    },
  },
  {
    rule: 'C12',
    holds:
      'who holds a version and asks whether it is still the newest is told, once it is revoked, that there is none',
    when: async (stage) => {
      const { id, end } = await shown(stage);
      const etag = (await stage.b(`Observation/${id}`)).headers.get('etag') ?? '';
      match(etag, /^W\//);
      const headers = [
        { 'if-none-match': etag },
        { 'if-none-match': '*' },
        { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
      ];
      for (const one of headers) equal((await stage.b(`Observation/${id}`, { headers: one })).status, 304);
      await end();
      for (const one of headers) equal((await stage.b(`Observation/${id}`, { headers: one })).status, 404);
    },
  },
  {
    rule: 'C12',
    holds: 'nobody between is to keep what is shown, nor that there was nothing',
    when: async (stage) => {
      for (const path of [
        'Observation/ana-weight',
        'Observation?_id=ana-weight',
        'Binary/ana-file',
        'Observation/ben-weight',
      ])
        ok((await stage.b(path)).headers.get('cache-control')?.includes('no-store'), path);
    },
  },
];
