/** C13: what each request leaves on hospital-a's trail, event by event, and that it names nothing else. */
import { deepEqual, match } from 'node:assert/strict';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';
import type { RuleRow } from './rule-row.ts';
import type { Stage } from './stage.ts';

type TrailRow = {
  readonly asks: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
  /** Each event as `told` tells it, in whatever order. */
  readonly leaves: readonly string[];
};

const batch = (...urls: readonly string[]): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'batch',
    entry: urls.map((url) => ({ request: { method: 'GET', url } })),
  });

const weight = 'Observation/ana-weight/_history/1';
/** What was asked for, what was decided on, and whom it concerns. */
const withheld = 'Observation/ben-weight Observation/ben-weight/_history/2 Patient/ben';
const rows: readonly TrailRow[] = [
  { asks: 'a read', path: 'Observation/ana-weight', leaves: [`read shows ${weight} Patient/ana`] },
  {
    asks: 'a read without a body',
    path: 'Observation/ana-weight',
    method: 'HEAD',
    leaves: [`read shows ${weight} Patient/ana`],
  },
  { asks: 'a vread', path: weight, leaves: [`vread shows ${weight} Patient/ana`] },
  {
    asks: 'a history',
    path: 'Observation/ana-weight/_history',
    leaves: [`history-instance shows ${weight} Patient/ana`],
  },
  { asks: '$meta', path: 'Observation/ana-weight/$meta', leaves: [`operation shows ${weight} Patient/ana`] },
  { asks: 'a Binary', path: 'Binary/ana-file', leaves: ['read shows Binary/ana-file/_history/1 Patient/ana'] },
  {
    asks: 'what is withheld',
    path: 'Observation/ben-weight',
    leaves: [`read refuses ${withheld}`],
  },
  { asks: 'what is not there', path: 'Observation/ben-nought', leaves: ['read refuses Observation/ben-nought'] },
  {
    asks: 'the proof of what is withheld',
    path: 'Observation/ben-weight/$proof',
    leaves: [`operation refuses ${withheld}`],
  },
  { asks: 'a search', path: 'Observation?_id=ana-weight', leaves: [`search-type shows ${weight} Patient/ana`] },
  {
    asks: 'a search by POST',
    path: 'Observation/_search',
    method: 'POST',
    body: '_id=ana-weight',
    leaves: [`search-type shows ${weight} Patient/ana`],
  },
  {
    asks: 'a search with what is included',
    path: 'Observation?_id=ana-weight&_include=Observation:subject',
    leaves: [`search-type shows ${weight} Patient/ana Patient/ana/_history/1`],
  },
  { asks: 'a search for what is withheld', path: 'Observation?_id=ben-weight', leaves: ['search-type shows nothing'] },
  { asks: 'a search for what is both’s', path: 'Account?_id=both', leaves: ['search-type shows nothing'] },
  {
    asks: 'a search for some of both',
    path: 'Observation?_id=ana-weight,ben-weight',
    leaves: [`search-type shows ${weight} Patient/ana`],
  },
  {
    asks: 'a batch',
    path: '',
    method: 'POST',
    body: batch('Observation/ben-weight', 'Observation/ana-weight', 'Observation?_id=ben-weight', 'Patient/nobody'),
    leaves: [
      `read refuses ${withheld}`,
      'read refuses Patient/nobody',
      `read shows ${weight} Patient/ana`,
      'search-type shows nothing',
    ],
  },
];

type AuditEvent = {
  readonly subtype: readonly { readonly code: string }[];
  readonly outcome: string;
  readonly extension: readonly object[];
  readonly entity: readonly object[];
};

/** Each record that the event names anywhere but where it says who asked. */
const told = ({ subtype, outcome, extension, entity }: AuditEvent): string => {
  const text = JSON.stringify([extension, entity]);
  for (const part of ['effect', 'reason', 'height', 'purpose']) match(text, new RegExp(`"url":"${part}","value`));
  const names = [...text.matchAll(/"reference":"([^"]+)"/g)].map(([, name = '']) => name);
  const what = [...new Set(names)].toSorted().join(' ');
  return `${subtype.map(({ code }) => code).join()} ${outcome === '0' ? 'shows' : 'refuses'} ${what === '' ? 'nothing' : what}`;
};

/** What hospital-b's request left, in the words of the rows. */
const leftBy = async (
  stage: Stage,
  { path, method = 'GET', body }: Omit<TrailRow, 'leaves' | 'asks'>,
): Promise<readonly string[]> => {
  const headers = path.endsWith('_search') ? { headers: { 'content-type': 'application/x-www-form-urlencoded' } } : {};
  const answer = await stage.b(path, { method, ...(body === undefined ? {} : { body }), ...headers });
  const trail = await stage.own(`AuditEvent?entity:identifier=${answer.headers.get('x-request-id')}`);
  const { entry = [] } = JSON.parse(trail.text) as { entry?: { resource: AuditEvent }[] };
  return entry.map(({ resource }) => told(resource)).toSorted();
};

export const trailRows: readonly RuleRow[] = [
  ...rows.map(({ asks, leaves, ...request }): RuleRow => ({
    rule: 'C13',
    holds: `${asks} (${request.method ?? 'GET'} ${request.path}) leaves: ${leaves.join('; ')}`,
    when: async (stage) => {
      deepEqual(await leftBy(stage, request), leaves.toSorted());
    },
  })),
  {
    rule: 'C13',
    holds: 'a search that shows something of two patients leaves an event for each, which names what is theirs alone',
    when: async (stage) => {
      const cleo = await createPatient(stage.gateway);
      const { reference } = await createObservation(stage.gateway, cleo);
      await (await enrolDevice(stage.gateway, cleo)).grant({ to: 'hospital-b', purposes: ['TREAT'] });
      const path = `Observation?_id=ana-weight,ben-weight,${reference.slice('Observation/'.length)}`;
      deepEqual(
        await leftBy(stage, { path }),
        [
          `search-type shows ${weight} Patient/ana`,
          `search-type shows ${reference}/_history/1 Patient/${cleo}`,
        ].toSorted(),
      );
    },
  },
];
