import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { type TemporaryPostgres, temporaryPostgres } from '@chartseal/embedded/testing';
import { ChartsealError } from '@chartseal/ports';
import type { Response } from 'express';
import { isUpstreamError } from '../client/upstream-error.ts';
import { openWorld, type World } from '../testing/world.ts';

const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `p${at}`);
const patients = (count: number): readonly string[] => ids(count).map((id) => `Patient/${id}`);
const away = new ChartsealError('store-unavailable', 'the store cannot be reached');

describe('The connector', () => {
  let postgres: TemporaryPostgres;
  let world: World;
  before(async () => {
    postgres = await temporaryPostgres();
  });
  after(() => postgres.close());
  beforeEach(async () => {
    world = await openWorld(postgres);
  });
  afterEach(() => world.close());

  const versions = (references: readonly string[]) => Promise.all(references.map((each) => world.version(each)));
  const fill = (count: number): void => {
    for (const id of ids(count)) world.upstream.records.put('Patient', id);
  };
  const searches = (): readonly string[] => world.upstream.asked.filter((url) => url.startsWith('Patient?'));
  const isLoaded = async (count: number): Promise<void> =>
    deepEqual(await versions(patients(count)), Array(count).fill(1));
  const signal = new AbortController().signal;

  describe('loads', () => {
    it('all there is, to the digit, with relative references and its source', async () => {
      const { upstream } = world;
      fill(7);
      const code = '"status":"final","code":{"text":"a"},"valueQuantity":{"value":1.10}';
      upstream.records.put('Observation', 'o', `${code},"subject":{"reference":"${upstream.baseUrl}/Patient/p1"}`);
      upstream.records.put(
        'Patient',
        'sourced',
        `"text":{"status":"empty","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a</div>"}`,
      );
      await world.pull();
      await isLoaded(7);
      match((await world.text('Observation/o')) ?? '', /"value":1\.10\}/);
      deepEqual((await world.stored('Observation/o'))?.['subject'], { reference: 'Patient/p1' });
      match((await world.text('Patient/p1')) ?? '', new RegExp(`"source":"${upstream.baseUrl}"`));
    });

    it('what others refer to first', async () => {
      world.upstream.records.put('Observation', 'o', '"status":"final","code":{"text":"a"}');
      fill(1);
      await world.pull();
      deepEqual(
        world.upstream.asked.map((url) => url.split('?')[0]),
        ['metadata', 'Patient', 'Observation'],
      );
    });

    it('every record of a list that others change meanwhile', async () => {
      fill(9);
      let asked = 0;
      world.upstream.before = (_req, _res, url) => {
        if (url.startsWith('Patient?')) asked += 1;
        if (asked === 2 || asked === 3) world.upstream.records.put('Patient', `p${asked - 2}`);
        return false;
      };
      await world.pull();
      await isLoaded(9);
    });

    it('records of one moment by the upstream’s links', async () => {
      world.upstream.records.tickMs = 0;
      fill(8);
      await world.pull();
      await isLoaded(8);
      ok(searches().some((url) => url.includes('_offset=6')));
    });

    it('from an upstream whose ids alone are in the order of time, but for one', async () => {
      world.upstream.sorting = 'ignores';
      fill(8);
      world.upstream.records.put('Patient', 'p2');
      await world.pull();
      await isLoaded(8);
    });

    for (const sorting of ['ignores', 'refuses'] as const)
      it(`from an upstream that ${sorting} sorting, and what is new later`, async () => {
        world.upstream.sorting = sorting;
        for (const id of ids(8).toReversed()) world.upstream.records.put('Patient', id);
        await world.pull();
        await isLoaded(8);
        world.upstream.records.put('Patient', 'p3', '"active":false');
        await world.pull();
        equal(await world.version('Patient/p3'), 2);
      });

    it('nothing of what it does not ask for', async () => {
      fill(1);
      world.upstream.records.put('Observation', 'o', '"status":"final","code":{"text":"a"}');
      await world.pull({ types: ['Patient'] });
      deepEqual(await versions(['Patient/p0', 'Observation/o']), [1, undefined]);
    });
  });

  it('takes over what was changed, and makes no version of what was not', async () => {
    fill(5);
    await world.pull();
    world.upstream.records.put('Patient', 'p1', '"active":false');
    world.upstream.records.put('Patient', 'p2');
    world.upstream.records.put('Patient', 'new');
    const before = searches().length;
    await world.pull();
    deepEqual(await versions(['Patient/p0', 'Patient/p1', 'Patient/p2', 'Patient/new']), [1, 2, 1, 1]);
    match(searches()[before] ?? '', /_sort=_lastUpdated&_lastUpdated=ge2026-01-01T00:00:0\d/);
  });

  describe('that ends without warning', () => {
    it('goes on with the page that it ended in', async () => {
      fill(9);
      const ended = new AbortController();
      world.upstream.before = (_req, _res, url) => {
        if (searches().length === 4 && url.startsWith('Patient?')) ended.abort();
        return false;
      };
      await rejects(world.puller().round(ended.signal));
      const before = searches().length;
      world.upstream.before = () => false;
      await world.pull();
      await isLoaded(9);
      match(searches()[before] ?? '', /_lastUpdated=ge2026-01-01T00:00:05/);
    });

    it('between writing a page and saying so writes nothing twice, and knows whose the records are', async () => {
      fill(3);
      const { upstreamCheckpoints: checkpoints } = world.stores;
      const advance = () => Promise.reject(away);
      await rejects(world.puller({}, { checkpoints: { ...checkpoints, advance } }).round(signal), away);
      await isLoaded(3);
      world.upstream.records.put('Patient', 'p1', '"active":false');
      await world.pull();
      deepEqual(await versions(patients(3)), [1, 2, 1]);
      deepEqual(await world.refusals(), {});
    });

    it('asks anew where the upstream does not know the link to the next page any more', async () => {
      world.upstream.records.tickMs = 0;
      fill(7);
      const ended = new AbortController();
      world.upstream.before = (_req, _res, url) => {
        if (url.includes('_offset=3')) ended.abort();
        return false;
      };
      await rejects(world.puller().round(ended.signal));
      let isGone = false;
      world.upstream.before = (_req, res, url) => {
        if (isGone || !url.includes('_offset')) return false;
        isGone = true;
        res.status(410).end();
        return true;
      };
      await world.pull();
      ok(isGone);
      await isLoaded(7);
    });

    it('is overtaken by the process that reads now', async () => {
      fill(9);
      const late = world.puller();
      await late.round(signal);
      await world.pull();
      world.upstream.records.put('Patient', 'p1', '"active":false');
      await world.pull();
      await rejects(late.round(signal), (error) => error instanceof ChartsealError && error.kind === 'fenced');
      equal(await world.version('Patient/p1'), 2);
      world.upstream.records.put('Patient', 'p1', '"gender":"other"');
      await late.round(signal);
      equal(await world.version('Patient/p1'), 3);
    });
  });

  describe('asks an upstream', () => {
    const failing = (times: number, answer: (res: Response) => void): void => {
      let left = times;
      world.upstream.before = (_req, res, url) => {
        if (!url.startsWith('Patient?') || left === 0) return false;
        left -= 1;
        answer(res);
        return true;
      };
    };

    it('that throttles again after as long as it says', async () => {
      fill(4);
      failing(2, (res) => void res.status(429).setHeader('retry-after', '7').end());
      await world.pull();
      await isLoaded(4);
      deepEqual(
        world.slept.filter((ms) => ms >= 100),
        [7000, 7000],
      );
    });

    it('that breaks off in the middle of a page again, later each time', async () => {
      fill(4);
      failing(3, (res) => {
        res.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': '1000' });
        res.write('{"resourceType":"Bundle"', () => res.destroy());
      });
      await world.pull();
      await isLoaded(4);
      deepEqual(
        world.slept.filter((ms) => ms >= 100),
        [375, 750, 1500],
      );
    });

    it('that stays away no more, and tells it', async () => {
      fill(1);
      failing(99, (res) => void res.status(503).end());
      await rejects(world.puller().round(signal), (error) => isUpstreamError(error, 'away'));
      equal(searches().length, 6);
    });

    it('for every type that it gives, though it refuses one', async () => {
      world.upstream.records.put('Observation', 'o', '"status":"final","code":{"text":"a"}');
      failing(99, (res) => void res.status(403).end());
      await rejects(world.puller().round(signal), (error) => isUpstreamError(error, 'denied'));
      equal(await world.version('Observation/o'), 1);
    });

    it('whose pages never end once', async () => {
      world.upstream.records.tickMs = 0;
      fill(7);
      world.upstream.before = (req, _res, url) => {
        if (url.includes('_offset=6')) req.url = req.url.replace('_offset=6', '_offset=3');
        return false;
      };
      await rejects(world.puller().round(signal), (error) => isUpstreamError(error, 'protocol'));
    });

    for (const linkBase of ['http://169.254.169.254/fhir', 'http://127.0.0.1:1/fhir', 'file:///etc/passwd'])
      it(`and nobody else: ${linkBase}`, async () => {
        world.upstream.records.tickMs = 0;
        fill(7);
        world.upstream.linkBase = linkBase;
        await rejects(world.puller().round(signal), (error) => isUpstreamError(error, 'foreign-link'));
        equal(searches().length, 1);
      });

    it('and nobody else: a redirect', async () => {
      fill(1);
      const { baseUrl } = world.upstream;
      failing(99, (res) => res.redirect(`${baseUrl}/secret`));
      await rejects(world.puller().round(signal), (error) => isUpstreamError(error, 'away'));
      ok(!world.upstream.asked.includes('secret'));
    });
  });

  describe('deletes', () => {
    beforeEach(async () => {
      fill(3);
      await world.pull();
    });

    it('what was deleted there, and takes it over again when it comes back', async () => {
      world.upstream.records.remove('Patient', 'p1');
      await world.pull();
      deepEqual([await world.stored('Patient/p1'), await world.version('Patient/p1')], [undefined, 2]);
      await world.pull();
      equal(await world.version('Patient/p1'), 2);
      world.upstream.records.put('Patient', 'p1');
      await world.pull();
      deepEqual(await versions(patients(3)), [1, 3, 1]);
    });

    it('nothing where nothing is, and asks for no history there', async () => {
      await world.pull();
      ok(world.upstream.asked.some((url) => url.startsWith('Patient/_history')));
      ok(!world.upstream.asked.some((url) => url.startsWith('Observation/_history')));
    });

    it('nothing that was put there again, or that was written here', async () => {
      await world.write('Patient/mine');
      for (const id of ['p1', 'mine']) {
        world.upstream.records.put('Patient', id);
        world.upstream.records.remove('Patient', id);
      }
      world.upstream.records.put('Patient', 'p1', '"active":false');
      await world.pull();
      deepEqual(await versions(['Patient/p1', 'Patient/mine']), [2, 1]);
    });
  });

  describe('keeps a list of what it did not take', () => {
    it('and takes it when it was mended there', async () => {
      world.upstream.records.put('Patient', 'secret-name', '"birthDate":"1980-13-45"');
      fill(2);
      await world.pull();
      await isLoaded(2);
      match((await world.refusals())['Patient/secret-name'] ?? '', /^invalid; Patient\.birthDate /);
      ok(!world.logLines.some((line) => /secret-name|1980/.test(line)));
      ok(world.logLines.some((line) => line.includes('records of the upstream were refused')));
      world.upstream.records.put('Patient', 'secret-name', '"birthDate":"1980-12-04"');
      await world.pull();
      deepEqual([await world.refusals(), await world.version('Patient/secret-name')], [{}, 1]);
    });

    it('and what cannot be read keeps no other back', async () => {
      fill(2);
      world.upstream.records.put('Patient', 'half', '"name":[{"text":"\\ud83d"}]');
      world.upstream.records.put('Patient', 'twice', '"active":true,"active":false');
      world.upstream.records.put('Patient', 'digits', '"extension":[{"url":"http://a.example","valueDecimal":1.10}]');
      await world.pull();
      await isLoaded(2);
      match((await world.text('Patient/digits')) ?? '', /1\.10/);
      const refusals = await world.refusals();
      deepEqual(Object.keys(refusals), ['Patient/half', 'Patient/twice']);
      match(refusals['Patient/half'] ?? '', /^malformed/);
      world.upstream.records.put('Patient', 'half');
      world.upstream.records.remove('Patient', 'twice');
      await world.pull();
      deepEqual([await world.refusals(), await world.version('Patient/half')], [{}, 1]);
    });

    it('and takes no part for the whole', async () => {
      const part = '"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]';
      world.upstream.before = (_req, res, url) => {
        if (!url.startsWith('Patient?')) return false;
        const resource = `{"resourceType":"Patient","id":"p0","meta":{${part}}}`;
        res.type('application/fhir+json').end(`{"resourceType":"Bundle","entry":[{"resource":${resource}}]}`);
        return true;
      };
      await world.pull();
      match((await world.refusals())['Patient/p0'] ?? '', /SUBSETTED/);
      equal(await world.version('Patient/p0'), undefined);
    });

    it('but takes a fault of ours for none of theirs', async () => {
      fill(3);
      const { records } = world.stores;
      const commit = () => Promise.reject(new TypeError('a fault'));
      await rejects(world.puller({}, { records: { ...records, commit } }).round(signal), TypeError);
      deepEqual(await world.refusals(), {});
      await world.pull();
      await isLoaded(3);
    });

    it('and tries it again at each start, not in each round', async () => {
      world.upstream.records.put('Patient', 'bad', '"birthDate":"1980-13-45"');
      const puller = world.puller();
      await puller.round(signal);
      const tried = (): number => world.upstream.asked.filter((url) => url === 'Patient/bad').length;
      const refused = async (): Promise<string | undefined> =>
        /^chartseal_upstream_records_total\{type="Patient",outcome="refused"\} (\d+)$/m.exec(
          await world.metrics.text(),
        )?.[1];
      const before = [tried(), await refused()];
      await puller.round(signal);
      deepEqual([tried(), await refused()], before);
      notEqual(before[1], undefined);
      world.upstream.records.remove('Patient', 'bad');
      await world.pull();
      deepEqual(await world.refusals(), {});
    });
  });

  it('writes nothing while the store is away, and then all', async () => {
    fill(4);
    const { records } = world.stores;
    await rejects(
      world.puller({}, { records: { ...records, commit: () => Promise.reject(away) } }).round(signal),
      away,
    );
    notEqual(await world.version('Patient/p0'), 1);
    await world.pull();
    await isLoaded(4);
    deepEqual(await world.refusals(), {});
  });
});
