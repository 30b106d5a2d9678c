/** A Provenance carries the proof of a version, and with it the version (docs/adr/0038). */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { Answer } from '../testing/caller.ts';
import { proved } from './proved.ts';
import type { RuleRow } from './rule-row.ts';
import { namesIn, type Bundle } from './stage.ts';

const found = ({ text }: Answer): readonly string[] => namesIn(JSON.parse(text) as Bundle);
const masked = ({ status, headers, text }: Answer, id: string): object => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id'),
  text: text.replaceAll(headers.get('x-request-id') ?? '', '<request>').replaceAll(id, '<id>'),
});
const asEntry = (url: string): string =>
  JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url } }] });

export const provenanceRows: readonly RuleRow[] = [
  {
    rule: 'C7',
    holds: 'the Provenance of what is anchored of his is there for his hospital, and for nobody else',
    when: async (stage) => {
      await proved(stage, 'Observation/ben-weight');
      const [id = ''] = found(await stage.own('Provenance?target=Observation/ben-weight'));
      match(id, /^Provenance\/anchor-/);
      equal((await stage.own(id)).status, 200);
      const never = id.replace(/-\d+$/, '-9');
      for (const rest of ['', '/_history/1', '/_history', '/$proof', '?_summary=true'])
        deepEqual(masked(await stage.b(`${id}${rest}`), id), masked(await stage.b(`${never}${rest}`), never), rest);
      equal((await stage.b(id)).status, 404);
      const name = id.replace('Provenance/', '');
      for (const path of [
        'Provenance?target=Observation/ben-weight',
        'Provenance?target=Observation/ben-weight/_history/1',
        `Provenance?_id=${name}`,
        `Provenance?_id=${name}&target=Observation/ben-weight`,
        'Observation?_id=ben-weight&_revinclude=Provenance:target',
      ])
        deepEqual(await stage.found(path), [], path);
      const { entry: [answered] = [] } = JSON.parse(
        (await stage.b('', { method: 'POST', body: asEntry(id) })).text,
      ) as Bundle;
      match(answered?.response?.status ?? '', /^404/);
      await proved(stage, 'Observation/ana-weight');
      equal((await stage.found('Provenance?target=Observation/ana-weight,Observation/ben-weight')).length, 1);
    },
  },
  {
    rule: 'C8',
    holds: 'what was shown without his name has no Provenance, which would carry its proof',
    when: async (stage) => {
      await proved(stage, 'Observation/ana-beside-ben');
      const [id = ''] = found(await stage.own('Provenance?target=Observation/ana-beside-ben'));
      equal((await stage.b(id)).status, 404);
      deepEqual(await stage.found('Provenance?target=Observation/ana-beside-ben'), []);
      deepEqual(await stage.found('Observation?_id=ana-beside-ben&_revinclude=Provenance:target'), [
        'Observation/ana-beside-ben',
      ]);
      await proved(stage, 'Observation/ana-weight');
      equal((await stage.found('Observation?_id=ana-weight&_revinclude=Provenance:target')).length, 2);
    },
  },
];
