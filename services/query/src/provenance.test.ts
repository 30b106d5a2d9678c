import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { validateResource } from '@chartseal/fhir';
import { AnchoredLog } from './testing/anchored-log.ts';
import { events, get, observation, seen, twoPatients, type Case } from './testing/two-patients.ts';
import { fhirBaseUrl } from './testing/world.ts';

type Provenance = {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly versionId: string; readonly lastUpdated: string; readonly security?: object[] };
  readonly target: readonly { readonly reference: string }[];
  readonly recorded: string;
  readonly activity?: { readonly coding: readonly { readonly code: string }[] };
  readonly signature?: readonly { readonly when: string; readonly data?: string }[];
};
type Entry = { readonly fullUrl: string; readonly resource: Provenance; readonly search: { readonly mode: string } };
type Bundle = {
  readonly entry?: readonly Entry[];
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
};

const anchoredAt = '2026-03-04T05:06:07.890Z';

type Anchored = Case & { readonly anchor: (timestamp?: string) => Promise<void> };

const anchoredCase = async (): Promise<Anchored> => {
  const log = new AnchoredLog();
  const world = await twoPatients({ logs: log.logs });
  return { ...world, anchor: async (timestamp = anchoredAt) => log.anchor(world, timestamp) };
};

const bundleOf = async (world: Case, path: string, client = 'own'): Promise<Bundle> => {
  const { status, body, text } = await get(world, path, client);
  equal(status, 200, text);
  return body as Bundle;
};
const found = async (world: Case, path: string, client = 'own'): Promise<readonly Provenance[]> =>
  ((await bundleOf(world, path, client)).entry ?? [])
    .map(({ resource }) => resource)
    .filter(({ resourceType }) => resourceType === 'Provenance');
const targets = async (world: Case, path: string, client = 'own'): Promise<readonly string[]> =>
  (await found(world, path, client)).flatMap(({ target }) => target.map(({ reference }) => reference));

describe('the Provenance of an anchored version', () => {
  it('is valid R4 and has as its signature the proof file that $proof answers', async () => {
    const world = await anchoredCase();
    await world.put(observation('o', 'yes', { meta: { security: [{ system: 'urn:s', code: 'x' }] } }));
    deepEqual(await found(world, 'Provenance?target=Observation/o'), [], 'not anchored yet');
    await world.anchor();
    for (const client of ['own', 'other']) {
      const [made, ...more] = await found(world, 'Provenance?target=Observation/o', client);
      ok(made !== undefined && more.length === 0);
      deepEqual(validateResource(made), []);
      deepEqual(made.target, [{ reference: 'Observation/o/_history/1' }]);
      deepEqual([made.recorded, made.meta.lastUpdated, made.meta.versionId], [anchoredAt, anchoredAt, '3']);
      deepEqual(made.meta.security, [{ system: 'urn:s', code: 'x' }]);
      const data = Buffer.from(made.signature?.[0]?.data ?? '', 'base64').toString();
      deepEqual(JSON.parse(data), (await get(world, 'Observation/o/$proof', client)).body);
      const read = await get(world, `Provenance/${made.id}`, client);
      deepEqual([read.status, read.headers['etag'], read.body], [200, 'W/"3"', made]);
    }
  });

  it('says of each version what was done, the newest first, page by page, and counts them for its own', async () => {
    const world = await anchoredCase();
    for (const text of ['a', 'b', 'c']) await world.put(observation('o', 'yes', { code: { text } }));
    await world.remove({ resourceType: 'Observation', id: 'o' });
    await world.put(observation('o', 'yes'));
    await world.put(observation('o2', 'yes'));
    const version = (number: number): string => `Observation/o/_history/${number}`;
    await world.anchor();
    await world.put(observation('o', 'yes', { code: { text: 'not anchored' } }));
    const all = await found(world, 'Provenance?target=Observation/o');
    deepEqual(
      all.map(({ target, activity }) => [target[0]?.reference, activity?.coding[0]?.code]),
      [
        [version(5), 'UPDATE'],
        [version(4), 'DELETE'],
        [version(3), 'UPDATE'],
        [version(2), 'UPDATE'],
        [version(1), 'CREATE'],
      ],
    );
    for (const client of ['own', 'other']) {
      const pages: string[][] = [];
      let path: string | undefined = 'Provenance?target=Observation/o,Observation/o2&_count=2';
      while (path !== undefined) {
        const { entry = [], link, total } = await bundleOf(world, path, client);
        equal(total, client === 'own' ? 6 : undefined);
        pages.push(entry.map(({ resource }) => resource.target[0]?.reference ?? ''));
        for (const { fullUrl, resource } of entry) equal(fullUrl, `${fhirBaseUrl}/Provenance/${resource.id}`);
        path = link.find(({ relation }) => relation === 'next')?.url.slice(fhirBaseUrl.length + 1);
      }
      deepEqual(pages, [
        [version(5), version(4)],
        [version(3), version(2)],
        [version(1), 'Observation/o2/_history/1'],
      ]);
    }
    equal((await bundleOf(world, 'Provenance?target=Observation/o&_summary=count')).total, 5);
  });

  it('is found with those that clients stored, by what else the search asks for', async () => {
    const world = await anchoredCase();
    await world.put(observation('o', 'yes'));
    await world.put(observation('o', 'yes', { code: { text: 'y' } }));
    const stored = (id: string, reference: string, recorded: string) => ({
      resourceType: 'Provenance',
      id,
      target: [{ reference }],
      recorded,
      agent: [{ who: { display: 'x' } }],
    });
    await world.put(stored('stored', 'Observation/o', '2020-01-01T00:00:00Z'));
    await world.put(stored('of-2', 'Observation/o/_history/2', '2021-01-01T00:00:00Z'));
    await world.anchor();
    const made = await found(world, 'Provenance?target=Observation/o/_history/1');
    const [id] = made.map((one) => one.id);
    const cases: readonly (readonly [query: string, targets: readonly string[]])[] = [
      ['target=Observation/o', ['/2', '/1', 'Observation/o', '/2']],
      [`target=${fhirBaseUrl}/Observation/o/_history/2`, ['/2', '/2']],
      ['target:Observation=o&recorded=ge2025', ['/2', '/1']],
      ['target=Observation/o&recorded=lt2025', ['Observation/o', '/2']],
      ['target=Observation/o&_lastUpdated=2026-03-04', ['/2', '/1']],
      ['target=Observation/o&agent:identifier=urn:chartseal:organization|hospital-a', ['/2', '/1']],
      ['target=Observation/o&signature-type=1.2.840.10065.1.12.1.14', ['/2', '/1']],
      ['target=Observation/o&target:Observation.code:text=y', ['/2', '/1', 'Observation/o', '/2']],
      ['target=Observation/o&target:Observation.code:text=z', []],
      [`_id=${id ?? ''},stored,nought`, ['/1', 'Observation/o']],
      [`_id=${id ?? ''}&target=Observation/o/_history/2`, []],
      ['target=Observation/nought', []],
      ['recorded=ge2025', []],
      ['patient=yes', ['Patient/yes/_history/1']],
    ];
    const short = (reference: string): string => reference.replace('Observation/o/_history', '');
    for (const [query, expected] of cases)
      deepEqual((await targets(world, `Provenance?${query}`)).map(short), expected, query);
    deepEqual(await targets(world, 'Provenance?patient=Patient/yes', 'other'), ['Patient/yes/_history/1']);
    deepEqual(await targets(world, 'Patient/yes/Provenance', 'other'), ['Patient/yes/_history/1']);
    const sorted = await get(world, 'Provenance?target=Observation/o&_sort=recorded', 'own');
    match(sorted.text, /come before those that are stored/);
    equal((await get(world, 'Provenance?target=Observation/o/_history/1&_summary=count', 'own')).status, 400);
    const again = await found(world, 'Provenance?target=Observation/o&_summary=true');
    deepEqual([again.length, again.some((one) => one.signature?.[0]?.data !== undefined)], [4, false]);
  });

  it('comes beside what matched, for who asks for _revinclude=Provenance:target', async () => {
    const world = await anchoredCase();
    for (const text of ['a', 'b']) await world.put(observation('o', 'yes', { code: { text } }));
    await world.put(observation('hidden', 'no'));
    await world.anchor();
    for (const rule of ['Provenance:target', 'Provenance:target:Observation', 'Provenance:*']) {
      const path = `Observation?_id=o,hidden&_revinclude=${rule}`;
      deepEqual(await targets(world, path, 'other'), ['Observation/o/_history/2'], rule);
      deepEqual((await targets(world, path)).toSorted(), ['Observation/hidden/_history/1', 'Observation/o/_history/2']);
    }
    deepEqual(await targets(world, 'Observation?_id=o&_revinclude=Provenance:target:Patient'), []);
    deepEqual(await targets(world, 'Patient?_id=yes&_revinclude=Provenance:patient'), ['Patient/yes/_history/1']);
    const included = await bundleOf(world, 'Provenance?target=Observation/o&_include=Provenance:target');
    deepEqual(
      (included.entry ?? []).map(({ resource, search }) => [resource.resourceType, search.mode]),
      [
        ['Provenance', 'match'],
        ['Provenance', 'match'],
        ['Observation', 'include'],
      ],
    );
  });

  it('has a new version with each tree that it is proved under, and keeps none of them', async () => {
    const world = await anchoredCase();
    await world.anchor();
    const [first] = await found(world, 'Provenance?target=Patient/yes');
    await world.put(observation('o', 'yes'));
    await world.anchor('2026-03-05T00:00:00.000Z');
    const [second] = await found(world, 'Provenance?target=Patient/yes');
    equal(first?.id, second?.id);
    deepEqual(
      [first?.meta.versionId, second?.meta.versionId, second?.recorded],
      ['2', '3', '2026-03-05T00:00:00.000Z'],
    );
    const status = async (path: string): Promise<number> =>
      (await get(world, `Provenance/${second?.id ?? ''}${path}`, 'own')).status;
    deepEqual(
      await Promise.all(['', '/_history/3', '/_history/2', '/_history', '/$proof'].map(status)),
      [200, 200, 404, 404, 404],
    );
  });
});

describe('another organisation', () => {
  /** One version each that may not be seen, that is shown redacted, that is not anchored, and ones that never were. */
  const hiding = async () => {
    const world = await anchoredCase();
    await world.put(observation('hidden', 'no'));
    const performer = [{ reference: 'Patient/no', display: 'Secretname' }];
    await world.put(observation('masked', 'yes', { performer }));
    await world.put(observation('shown', 'yes'));
    await world.anchor();
    const idOf = async (target: string): Promise<string> =>
      (await found(world, `Provenance?target=${target}`))[0]?.id ?? '';
    return { ...world, idOf };
  };
  const never = 'anchor-00000000-0000-4000-8000-000000000000-1';

  it('C7 reads a Provenance of what it may not see as one that is missing, and that is audited', async () => {
    const world = await hiding();
    const missing = seen(await get(world, `Provenance/${never}`));
    await world.put(observation('late', 'yes'));
    const late = (await world.memory.read({ resourceType: 'Observation', id: 'late' }))?.handle ?? '';
    const ids = [
      await world.idOf('Observation/hidden'),
      await world.idOf('Patient/no'),
      await world.idOf('Observation/masked'),
      (await world.idOf('Observation/shown')).replace(/1$/, '2'),
      `anchor-${late}-1`,
      'anchor-x-1',
    ];
    const before = events(world).length;
    for (const id of ids) {
      deepEqual(seen(await get(world, `Provenance/${id}`)), missing, id);
      deepEqual(seen(await get(world, `Provenance/${id}/_history/5`)), missing, id);
    }
    const told = events(world).slice(before);
    equal(told.length, 2 * ids.length);
    ok(told.every(({ effect }) => effect === 'deny'));
    const shown = await get(world, `Provenance/${await world.idOf('Observation/shown')}`);
    equal(shown.status, 200);
    match(JSON.stringify((await world.audits()).at(-1)), /Observation\/shown\/_history\/1/);
  });

  it('C7, C8 finds none of what it may not see, whichever way it searches', async () => {
    const world = await hiding();
    const hidden = await world.idOf('Observation/hidden');
    const redacted = await world.idOf('Observation/masked');
    const masked = (value: unknown, words: string): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll(encodeURIComponent(words), 'x').replaceAll(words, 'x')) as unknown;
    const answer = async (target: string): Promise<unknown> =>
      masked(seen(await get(world, `Provenance?target=${target}`)), target);
    for (const [target, missing] of [
      ['Observation/hidden', 'Observation/nought'],
      ['Observation/masked', 'Observation/nought'],
      ['Patient/no', 'Patient/xx'],
    ] as const)
      deepEqual(await answer(target), await answer(missing), target);
    for (const path of [
      `Provenance?_id=${hidden},${redacted},${never}`,
      'Provenance?target=Observation/hidden/_history/1',
      'Provenance?patient=no',
      'Patient/no/Provenance',
      'Observation?_id=hidden,masked&_revinclude=Provenance:target',
      'Patient?_id=no&_revinclude=Provenance:target',
      'Provenance?_count=100',
    ])
      deepEqual(await targets(world, path, 'other'), [], path);
    deepEqual(await targets(world, 'Provenance?target=Observation/hidden,Observation/shown', 'other'), [
      'Observation/shown/_history/1',
    ]);
    equal((await get(world, 'Provenance?target=Observation/shown&_total=accurate')).status, 403);
    const many = Array.from({ length: 1001 }, (_, at) => `Observation/${at}`).join();
    for (const client of ['own', 'other'])
      equal((await get(world, `Provenance?target=${many}&_total=none`, client)).status, 400);
  });

  it('is shown nothing more once the patient says no', async () => {
    const world = await hiding();
    const id = await world.idOf('Observation/shown');
    equal((await get(world, `Provenance/${id}`)).status, 200);
    await world.granting.revoke(world.consentId, 'pending');
    equal((await get(world, `Provenance/${id}`)).status, 404);
    deepEqual(await targets(world, 'Provenance?target=Observation/shown', 'other'), []);
  });
});

it('a token for Provenance alone does not show the content of other types by their proofs', async () => {
  const world = await anchoredCase();
  await world.put(observation('o', 'yes'));
  await world.anchor();
  const [made] = await found(world, 'Provenance?target=Observation/o');
  equal((await get(world, `Provenance/${made?.id ?? ''}`, 'provenances')).status, 404);
  deepEqual(await targets(world, 'Provenance?target=Observation/o', 'provenances'), []);
  deepEqual(await targets(world, `Provenance?_id=${made?.id ?? ''}`, 'provenances'), []);
});
