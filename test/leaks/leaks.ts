/** The tables of this folder, asked of a gateway: what another hospital can learn over HTTP. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { PatientDevice } from '@chartseal/client';
import { each } from '../testing/each.ts';
import type { Answer, Reachable } from '../testing/caller.ts';
import { enrolDevice } from '../testing/patient.ts';
import { inferences } from './inferences.ts';
import { records, secrets, type RecordName } from './records.ts';
import { waysIn, wholesale, type WayIn } from './ways-in.ts';
import { rows, type Row } from './who-sees-what.ts';

/** What may differ between two answers that must be one: when they were given, and the words of the request. */
const masked = ({ status, headers, text }: Answer, id: string): object => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id'),
  text: text.replaceAll(headers.get('x-request-id') ?? '', '<request>').replaceAll(id, '<id>'),
});

const ask = async (gateway: Reachable, { method, path, body, headers = {} }: WayIn, id: string): Promise<Answer> =>
  gateway.send(method, path.replaceAll('{id}', id), {
    as: 'hospital-b',
    headers,
    ...(body === undefined ? {} : { body: body.replaceAll('{id}', id) }),
  });

const lookAlike = (gateway: () => Reachable): void =>
  void describe('C7 the withheld, the deleted and the missing look alike', () => {
    for (const way of waysIn)
      it(`${way.method} ${way.path} ${JSON.stringify(way.headers ?? {})}`, async () => {
        const missing = await ask(gateway(), way, 'ben-nought');
        equal(missing.status, way.status, missing.text);
        for (const id of ['ben-weight', 'ben-was-it'])
          deepEqual(masked(await ask(gateway(), way, id), id), masked(missing, 'ben-nought'));
      });
  });

type Told = { readonly read: readonly RecordName[]; readonly found: readonly RecordName[]; readonly text: string };

const nameOf = (name: RecordName): string => `${records[name].resourceType}/${records[name].id}`;

/** All that one hospital is told about these records, whichever way it asks. */
const toldTo = async (gateway: Reachable, { asks, purpose }: Row): Promise<Told> => {
  const names = Object.keys(records) as RecordName[];
  const read = new Set<RecordName>();
  const found = new Set<string>();
  const texts: string[] = [];
  const listen = async (path: string): Promise<Answer> => {
    const answer = await gateway.send('GET', path, { as: asks, purpose });
    texts.push(answer.text);
    return answer;
  };
  const collect = async (path: string): Promise<void> => {
    const { entry = [] } = JSON.parse((await listen(path)).text) as { entry?: { fullUrl: string }[] };
    for (const { fullUrl } of entry) found.add(fullUrl.split('/').slice(-2).join('/'));
  };
  await each(names, 8, async (name) => {
    if ((await listen(nameOf(name))).status === 200) read.add(name);
  });
  const histories = names.map((name) => ({ request: { method: 'GET', url: `${nameOf(name)}/_history` } }));
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: histories });
  texts.push((await gateway.send('POST', '', { as: asks, purpose, body })).text);
  const byType = Map.groupBy(names, (name) => records[name].resourceType);
  const searches = [...byType].map(([type, of]) => `${type}?_id=${of.map((name) => records[name].id).join()}`);
  await each([...searches, ...wholesale], 4, collect);
  const isFound = (name: RecordName): boolean => found.has(nameOf(name));
  return { read: names.filter((name) => read.has(name)), found: names.filter(isFound), text: texts.join('\n') };
};

const whoSeesWhat = (gateway: () => Reachable): void =>
  void describe('who sees what: Ana', () => {
    let device: PatientDevice | undefined;
    for (const row of rows)
      it(`${row.ana}; ${row.asks} asks for ${row.purpose}`, async () => {
        // A new handle closes the one before, with all that was said under it.
        if (row.says.length > 0) device = await enrolDevice(gateway(), 'ana');
        for (const terms of row.says) {
          const { consentId } = (await device?.grant(terms)) ?? {};
          if (row.afterwards === 'revoke' && consentId !== undefined) await device?.revoke(consentId);
        }
        if (row.afterwards === 'freeze') await device?.freeze();
        if (row.afterwards === 'enrol anew') device = await enrolDevice(gateway(), 'ana');
        const { read, found, text } = await toldTo(gateway(), row);
        const expected = (Object.keys(records) as RecordName[]).filter((name) => row.sees.includes(name));
        deepEqual({ read, found }, { read: expected, found: expected });
        for (const [name, secret] of Object.entries(secrets))
          equal(
            text.includes(secret),
            row.learns.some((learnt) => learnt === name),
            name,
          );
        ok(!text.includes('"total"'));
      });
  });

const inferred = (gateway: () => Reachable): void =>
  void describe('C3 what is hidden decides nothing: Ana lets all be seen, Ben nothing', () => {
    before(async () => {
      const device = await enrolDevice(gateway(), 'ana');
      await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    });
    const found = async (query: string, as: 'hospital-a' | 'hospital-b'): Promise<number> => {
      const { status, text } = await gateway().send('GET', query, { as });
      equal(status, 200, text);
      const { entry = [] } = JSON.parse(text) as { entry?: unknown[] };
      return entry.length;
    };
    it('she does let it be seen', async () => {
      equal(await found('Observation?_id=ana-beside-ben', 'hospital-b'), 1);
      equal(await found('Patient?_has:MedicationRequest:subject:_id=ana-made', 'hospital-b'), 1);
    });
    for (const query of inferences)
      it(query, async () => {
        ok((await found(query, 'hospital-a')) > 0);
        equal(await found(query, 'hospital-b'), 0);
      });
  });

/** The tables, as tests of a gateway that has what `storeRecords` stores and no more consent than they ask for. */
export const leakTables = (gateway: () => Reachable): void => {
  lookAlike(gateway);
  whoSeesWhat(gateway);
  inferred(gateway);
};
