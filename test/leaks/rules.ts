/**
 * Consent-semantics section C, a row a rule at least: what hospital-b asks while Ana lets it treat her and Ben has said nothing, and what may be
 * seen. Each would leak in a server that forgets the rule; test/mutations breaks ours, rule by rule, and the row has to turn red.
 */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import type { Answer } from '../testing/caller.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';
import { cacheRows } from './cache-rows.ts';
import { records, secrets } from './records.ts';
import { proved } from './proved.ts';
import { provenanceRows } from './provenance-rows.ts';
import type { RuleRow } from './rule-row.ts';
import { spellingRows } from './spelling-rows.ts';
import { namesIn, type Bundle, type Stage } from './stage.ts';
import { trailRows } from './trail-rows.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const bundleOf = ({ text }: Answer): Bundle => JSON.parse(text) as Bundle;
const batch = (urls: readonly string[]): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'batch',
    entry: urls.map((url) => ({ request: { method: 'GET', url } })),
  });

/** Every way out, asked for what is Ben's. */
const ways: readonly (readonly [way: string, path: string, method?: string, body?: string])[] = [
  ['read', 'Observation/ben-weight'],
  ['vread', 'Observation/ben-weight/_history/1'],
  ['history of one', 'Observation/ben-weight/_history'],
  ['history of a type', 'Observation/_history?_count=1000'],
  ['history of all', '_history?_count=1000'],
  ['search', 'Observation?_count=1000'],
  ['search by POST', 'Observation/_search', 'POST', '_count=1000'],
  ['search of a compartment', 'Patient/ben/Observation'],
  ['search of all', '?_count=1000'],
  ['chain', 'Observation?subject:Patient._id=ben'],
  ['_has', 'Patient?_has:Observation:subject:_id=ben-weight'],
  ['_include', 'Observation?_id=ana-beside-ben&_include=Observation:derived-from'],
  ['_include of all', 'Account?_id=both&_include=*'],
  [
    '_include:iterate',
    'Observation?_id=ana-beside-ben&_include=Observation:derived-from&_include:iterate=Observation:subject',
  ],
  ['_revinclude', 'Patient?_id=ana&_revinclude=Account:subject&_revinclude=Group:member'],
  ['$everything', 'Patient/ben/$everything'],
  ['$everything of Ana', 'Patient/ana/$everything?_count=1000'],
  ['$lastn', 'Observation/$lastn?patient=ben&code:missing=false'],
  ['$meta', 'Observation/ben-weight/$meta'],
  ['$proof', 'Observation/ben-weight/$proof'],
  ['Binary', 'Binary/ben-file'],
  ['AuditEvent', 'AuditEvent?_count=1000'],
  ['batch', '', 'POST', batch(['Observation/ben-weight', 'Observation?subject=Patient/ben', 'Patient/ben'])],
];

const benFile = {
  resourceType: 'Binary',
  id: 'ben-file',
  contentType: 'text/plain',
  data: Buffer.from(secrets.ofBen).toString('base64'),
  securityContext: { reference: 'Patient/ben' },
} as const;

/** What an answer may not have, but as the words of the request itself. */
const tellsOfBen = ({ text }: Answer): readonly string[] => {
  const bundle = text.startsWith('{') ? bundleOf({ text } as Answer) : {};
  return [
    ...(text.includes(secrets.ofBen) ? ['his name'] : []),
    ...(text.includes(benFile.data) || text === secrets.ofBen ? ['his file'] : []),
    ...namesIn({ entry: (bundle.entry ?? []).filter(({ fullUrl }) => fullUrl !== undefined) }).filter((name) =>
      /ben|both|family/.test(name.replace('ana-beside-ben', '').replace('ana-told-by-ben', '')),
    ),
    ...(bundle.entry ?? []).flatMap(({ response, resource }) =>
      response?.status.startsWith('200') && JSON.stringify(resource).includes('"ben') ? ['an entry of a batch'] : [],
    ),
  ];
};

const paths: readonly RuleRow[] = ways.map(([way, path, method = 'GET', body]) => ({
  rule: 'C1',
  holds: `${way} shows nothing of Ben’s`,
  when: async (stage) => {
    if (path === 'Binary/ben-file') await stage.put(benFile).catch(() => undefined);
    const answer = await stage.b(path, {
      method,
      ...(body === undefined ? {} : { body }),
      ...(path.endsWith('_search') ? { headers: form } : {}),
    });
    deepEqual(tellsOfBen(answer), [], answer.text);
  },
}));

const page = async (stage: Stage, path: string): Promise<{ names: readonly string[]; next: string | undefined }> => {
  const answer = await stage.b(path);
  equal(answer.status, 200, answer.text);
  const bundle = bundleOf(answer);
  return { names: namesIn(bundle), next: bundle.link?.find(({ relation }) => relation === 'next')?.url };
};

export const ruleRows: readonly RuleRow[] = [
  ...paths,
  ...spellingRows,
  ...cacheRows,
  ...trailRows,
  ...provenanceRows,
  {
    rule: 'C1',
    holds: 'an entry of the trail, asked for by its name, is not shown, not even of what hospital-b did itself',
    when: async (stage) => {
      await stage.b('Observation/ana-weight');
      const { text } = await stage.own('AuditEvent?patient=ana&_count=1');
      const [name = ''] = namesIn(JSON.parse(text) as Bundle);
      match(name, /^AuditEvent\//);
      equal((await stage.b(name)).status, 404);
    },
  },
  {
    rule: 'C2',
    holds: 'a page is full of what is permitted, and a link leads to more of it alone',
    when: async (stage) => {
      const all = await stage.found('Observation?_count=1000');
      const seen: string[] = [];
      for (let next: string | undefined = 'Observation?_count=1'; next !== undefined;) {
        const one = await page(stage, next);
        equal(one.names.length, 1);
        seen.push(...one.names);
        ({ next } = one);
      }
      deepEqual(seen, all);
    },
  },
  {
    rule: 'C2',
    holds: 'a link serves only whom it was given to, only for its search, and not when it was changed',
    when: async (stage) => {
      const { next = '' } = await page(stage, 'Observation?_count=1');
      notEqual(next, '');
      equal((await stage.gateway.send('GET', next, { as: 'hospital-c' })).status, 400);
      equal((await stage.b(next.replace('/Observation?', '/Condition?'))).status, 400);
      equal((await stage.b(`${next.slice(0, -4)}AAAA`)).status, 400);
      equal((await stage.b(next)).status, 200);
    },
  },
  {
    rule: 'C2',
    holds: 'a link from before a revocation shows nothing after it',
    when: async (stage) => {
      const patient = await createPatient(stage.gateway);
      for (let count = 0; count < 3; count += 1) await createObservation(stage.gateway, patient);
      const device = await enrolDevice(stage.gateway, patient);
      const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
      const { next = '' } = await page(stage, `Observation?patient=${patient}&_count=1`);
      await device.revoke(consentId);
      deepEqual((await page(stage, next)).names, []);
    },
  },
  {
    rule: 'C3',
    holds: 'the order of what is shown does not tell of what is hidden',
    when: async (stage) => {
      const shown = await stage.found('Observation?_sort=-_lastUpdated,code&_count=1000');
      deepEqual(shown.toSorted(), (await stage.found('Observation?_count=1000')).toSorted());
      ok(!shown.includes('Observation/ben-weight'), String(shown));
    },
  },
  ...['_summary=count', '_total=accurate', '_count=0', '_summ%61ry=count'].map((word): RuleRow => ({
    rule: 'C4',
    holds: `${word} is refused, whatever there is`,
    when: async (stage) => {
      for (const path of [`Observation?patient=ben&${word}`, `Observation?patient=nobody&${word}`])
        equal((await stage.b(path)).status, 403);
    },
  })),
  {
    rule: 'C4',
    holds: 'no answer says how many there are',
    when: async (stage) => {
      for (const path of [
        'Observation',
        'Observation?_total=estimate',
        'Patient/ana/$everything',
        '_history',
        'Observation/ana-weight/_history',
        'Patient/ana/Observation',
        'Observation/$lastn?patient=ana&code:missing=false',
        '?_id=x',
      ])
        equal(bundleOf(await stage.b(path)).total, undefined, path);
    },
  },
  ...[
    'Patient?_has:Account:subject:status=active',
    'Patient?_has:Account:subject:status=active,on-hold',
    'Patient?_h%61s:Account:subject:status=active',
    'Patient?_has:Group:member:type=person&_id=ana',
  ].map((path): RuleRow => ({
    rule: 'C5',
    holds: `${path} asks through what is Ben’s too, however it is written`,
    when: async (stage) => {
      deepEqual(await stage.found(path), []);
    },
  })),
  {
    rule: 'C6',
    holds: 'among many of hers and his, hers are shown, each under its own name',
    when: async (stage) => {
      for (const [id, patient] of [
        ['mix-1', 'ben'],
        ['mix-2', 'ana'],
        ['mix-3', 'ben'],
        ['mix-4', 'ana'],
        ['mix-5', 'ana'],
      ] as const)
        await stage.put({ ...records['her weight'], id, subject: { reference: `Patient/${patient}` } });
      const answer = await stage.b('Observation?_id=mix-1,mix-2,mix-3,mix-4,mix-5');
      deepEqual(namesIn(bundleOf(answer)).toSorted(), ['Observation/mix-2', 'Observation/mix-4', 'Observation/mix-5']);
      for (const { fullUrl, resource } of bundleOf(answer).entry ?? []) ok(fullUrl.endsWith(`/${resource.id}`));
      for (const [url, status] of [
        ['Observation/mix-1', '404'],
        ['Observation/mix-2', '200'],
        ['Observation/mix-3', '404'],
      ] as const) {
        const [entry] = bundleOf(await stage.b('', { method: 'POST', body: batch([url]) })).entry ?? [];
        match(entry?.response?.status ?? '', new RegExp(`^${status}`));
      }
      const many = await stage.b('', { method: 'POST', body: batch(['Observation/mix-1', 'Observation/mix-2']) });
      deepEqual(
        (bundleOf(many).entry ?? []).map(({ response }) => response?.status.slice(0, 3)),
        ['404', '200'],
      );
    },
  },
  {
    rule: 'C6',
    holds: 'of a record that was taken for his and corrected to hers, the version that is hers is shown and no other',
    when: async (stage) => {
      const weight = { ...records['her weight'], id: 'corrected' };
      await stage.put({ ...weight, subject: { reference: 'Patient/ben' } });
      const body = JSON.stringify(weight);
      equal((await stage.gateway.send('PUT', 'Observation/corrected', { body })).status, 200);
      const { entry = [] } = bundleOf(await stage.b('Observation/corrected/_history'));
      deepEqual(
        entry.map(({ resource }) => JSON.stringify(resource['subject'])),
        ['{"reference":"Patient/ana"}'],
      );
      equal((await stage.b('Observation/corrected/_history/1')).status, 404);
      equal((await stage.b('Observation/corrected/_history/2')).status, 200);
    },
  },
  {
    rule: 'C7',
    holds: 'what is Ben’s and what is not there are one answer',
    when: async (stage) => {
      const seen = async (path: string, id: string): Promise<object> => {
        const { status, headers, text } = await stage.b(path);
        const kept = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
        return { status, kept, text: text.replaceAll(id, 'id') };
      };
      for (const rest of ['', '/_history', '/_history/1', '/$proof', '/$meta'])
        deepEqual(
          await seen(`Observation/ben-weight${rest}`, 'ben-weight'),
          await seen(`Observation/ben-nought${rest}`, 'ben-nought'),
        );
    },
  },
  {
    rule: 'C7',
    holds: 'only what the token alone tells is forbidden: a write, whatever it is about',
    when: async (stage) => {
      for (const id of ['ana-weight', 'ben-weight', 'ben-nought'])
        equal((await stage.b(`Observation/${id}`, { method: 'PUT', body: '{}' })).status, 403);
    },
  },
  {
    rule: 'C8',
    holds: 'a record of hers that names his loses his name, and says that something is missing',
    when: async (stage) => {
      for (const path of [
        'Observation/ana-beside-ben',
        'Observation/ana-told-by-ben',
        'Observation?_id=ana-beside-ben,ana-told-by-ben',
        'Patient/ana/$everything?_count=1000',
        'Observation/ana-beside-ben/_history',
      ]) {
        const { text } = await stage.b(path);
        ok(!text.includes(secrets.ofBen), path);
        match(text, /"code":"SUBSETTED"/, path);
      }
    },
  },
  {
    rule: 'C8',
    holds: 'what was shown without it has no proof, for the proof would show it',
    when: async (stage) => {
      await proved(stage, 'Observation/ana-beside-ben');
      equal((await stage.b('Observation/ana-beside-ben/$proof')).status, 404);
      await proved(stage, 'Observation/ana-weight');
      equal((await stage.b('Observation/ana-weight/$proof')).status, 200);
    },
  },
  {
    rule: 'C9',
    holds: 'a Bundle does not say of itself that something in it is masked',
    when: async (stage) => {
      const security = ['MASK', 'NODSCLCD'].map((code) => ({
        system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
        code,
      }));
      await stage.put({ ...records['her weight'], id: 'ana-masked', meta: { security } });
      const answer = await stage.b('Observation?_id=ana-masked');
      equal(bundleOf(answer).entry?.length, 1);
      const labels = (bundleOf(answer).meta?.security ?? []).map(({ code }) => code);
      deepEqual(
        labels.filter((code) => code === 'MASK' || code === 'NODSCLCD'),
        [],
      );
    },
  },
  {
    rule: 'C12',
    holds: 'what was shown a moment ago is not shown once it is revoked, frozen, or the purpose is another',
    when: async (stage) => {
      const patient = await createPatient(stage.gateway);
      const { reference } = await createObservation(stage.gateway, patient);
      const device = await enrolDevice(stage.gateway, patient);
      const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
      equal((await stage.b(reference)).status, 200);
      equal((await stage.b(reference, { purpose: 'HPAYMT' })).status, 404);
      await device.freeze();
      equal((await stage.b(reference)).status, 404);
      await device.unfreeze();
      equal((await stage.b(reference)).status, 200);
      await device.revoke(consentId);
      equal((await stage.b(reference)).status, 404);
    },
  },
  {
    rule: 'C13',
    holds: 'a refusal of something named is one event, and names only what the requester named',
    when: async (stage) => {
      for (const id of ['ben-weight', 'ben-nought']) {
        const since = new Date().toISOString();
        await stage.b(`Observation/${id}`);
        const [latest = '', ...rest] = await stage.trail(since);
        equal(rest.length, 0, id);
        match(latest, new RegExp(`Observation/${id}`));
        match(latest, /"outcome":"4"/);
      }
    },
  },
  {
    rule: 'C13',
    holds: 'what a search left out is a number in the trail, never a name',
    when: async (stage) => {
      await stage.b('Account?_id=both');
      const since = new Date().toISOString();
      await stage.b('Group?_id=family,nobody');
      const [latest = ''] = await stage.trail(since);
      match(latest, /"code":"search-type"/);
      match(latest, /"url":"filtered","valueUnsignedInt":\d+/);
    },
  },
];
