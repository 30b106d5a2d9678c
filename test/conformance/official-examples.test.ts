/** Every clinical and administrative example of R4: accepted, served with all that it says, found by all that it has. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { canonicalJson, parseJson, resourceTypes } from '@chartseal/fhir';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { each } from '../testing/each.ts';
import { officialExamples, type Example } from './naive/examples.ts';
import { loadExamples } from './naive/load-examples.ts';
import { parametersOf, valuesOf } from './naive/parameters.ts';
import { refused } from './naive/refused-examples.ts';
import { isUnsearchable, searchWord } from './naive/search-word.ts';

/** Canonical text without what a server sets. */
const said = (text: string): string => {
  const { value, numbers } = parseJson(text);
  const { meta } = value as { meta?: Record<string, unknown> };
  if (meta !== undefined) {
    delete meta['versionId'];
    delete meta['lastUpdated'];
    if (Object.keys(meta).length === 0) delete (value as { meta?: unknown }).meta;
  }
  return canonicalJson(value, numbers);
};

type Claims = { readonly type: string; readonly searchParam?: readonly { readonly name: string }[] };

type Asks = {
  /** What to ask, and who must be found. */
  readonly asked: Map<string, Set<string>>;
  /** Values that no search can name, though the specification says how. */
  readonly unasked: Set<string>;
  /** `Type.code` of all that is asked. */
  readonly exercised: Set<string>;
  /** The examples that have no value for `Type.code`. */
  readonly without: Map<string, Set<string>>;
};

const add = (map: Map<string, Set<string>>, name: string, id: string): void => {
  map.set(name, (map.get(name) ?? new Set()).add(id));
};

const asksOf = (examples: readonly Example[]): Asks => {
  const asks: Asks = { asked: new Map(), unasked: new Set(), exercised: new Set(), without: new Map() };
  for (const { resource } of examples)
    for (const parameter of parametersOf(resource.resourceType)) {
      const name = `${resource.resourceType}.${parameter.code}`;
      const values = valuesOf(resource, parameter);
      if (values.length === 0) {
        add(asks.without, name, resource.id);
        continue;
      }
      const word = values.map((value) => searchWord(parameter, value, resource)).find((one) => one !== undefined);
      if (word === undefined) {
        const isExpected = values.every((value) => isUnsearchable(parameter, value));
        asks.exercised.add(name);
        if (parameter.type === 'composite') add(asks.without, name, resource.id);
        else add(asks.asked, `${resource.resourceType}?${parameter.code}:missing=false&_count=1000`, resource.id);
        if (!isExpected) asks.unasked.add(`${name}: ${JSON.stringify(values).slice(0, 200)}`);
        continue;
      }
      const criterion: [string, string] = [`${parameter.code}${word.modifier}`, word.value];
      asks.exercised.add(name);
      add(
        asks.asked,
        `${resource.resourceType}?${String(new URLSearchParams([criterion, ['_count', '1000']]))}`,
        resource.id,
      );
    }
  return asks;
};

/** Those of the ids that an answer lacks. */
const without = (ids: ReadonlySet<string>, text: string): readonly string[] => {
  const { entry = [] } = JSON.parse(text) as { entry?: { resource: { id: string } }[] };
  const found = new Set(entry.map(({ resource }) => resource.id));
  return [...ids].filter((id) => !found.has(id));
};

describe('The official examples', () => {
  let gateway: GatewayProcess;
  const examples = officialExamples();
  const taken = examples.filter(({ file }) => !refused.has(file));
  const asks = asksOf(taken);
  before(async () => {
    gateway = await GatewayProcess.start();
    await loadExamples(gateway, examples);
  });
  after(() => gateway[Symbol.asyncDispose]());

  it('are refused where the definitions forbid them', async () => {
    for (const { file, text, resource } of examples.filter((example) => refused.has(example.file)))
      equal((await gateway.send('PUT', `${resource.resourceType}/${resource.id}`, { body: text })).status, 422, file);
  });

  it('come back with all that they say', async () => {
    const changed = new Map<string, string>();
    await each(taken, 8, async ({ file, text, resource }) => {
      const { text: served } = await gateway.send('GET', `${resource.resourceType}/${resource.id}`, {
        headers: { accept: 'application/fhir+json' },
      });
      if (said(served) !== said(text)) changed.set(file, served);
    });
    for (const [file, served] of changed) {
      const { text, resource } = taken.find((example) => example.file === file) as Example;
      const { text: outcome } = await gateway.send('POST', resource.resourceType, {
        body: text,
        headers: { prefer: 'return=OperationOutcome' },
      });
      ok(/"informational"/.test(outcome), `${file} was changed and nothing told: ${served.slice(0, 300)}`);
    }
  });

  it('are found by every search parameter that they have a value for', async () => {
    const { asked, unasked } = asks;
    const missed: string[] = [];
    await each(asked, 8, async ([url, ids]) => {
      const { status, text } = await gateway.send('GET', url);
      if (status !== 200) missed.push(`${status} ${url} ${text.slice(0, 300)}`);
      else for (const id of without(ids, text)) missed.push(`${id} by ${url}`);
    });
    deepEqual(missed, []);
    deepEqual([...unasked], []);
    ok(asked.size > 2000, String(asked.size));
  });

  it('have none for the other parameters, and are found by that', async () => {
    const missed: string[] = [];
    await each(asks.without, 8, async ([name, ids]) => {
      const [type = '', code = ''] = name.split('.');
      const { status, text } = await gateway.send('GET', `${type}?${code}:missing=true&_count=1000`);
      if (status !== 200) missed.push(`${status} ${name} ${text.slice(0, 300)}`);
      else for (const id of without(ids, text)) missed.push(`${id} by ${name}`);
    });
    deepEqual(missed, []);
  });

  it('have asked for every parameter that is claimed, and every official one is claimed', async () => {
    const { text } = await gateway.send('GET', 'metadata', { as: 'nobody' });
    const { rest } = JSON.parse(text) as { rest: { resource: Claims[] }[] };
    const claimed = (rest[0]?.resource ?? []).flatMap(({ type, searchParam = [] }) =>
      searchParam.filter(({ name }) => !['_id', '_lastUpdated'].includes(name)).map(({ name }) => `${type}.${name}`),
    );
    const official = resourceTypes.flatMap((type) => parametersOf(type).map(({ code }) => `${type}.${code}`));
    deepEqual(new Set(claimed), new Set(official));
    const exampled = new Set(taken.map(({ resource }) => resource.resourceType));
    const rows = new Set([...asks.exercised, ...asks.without.keys()]);
    deepEqual(
      official.filter((name) => exampled.has(name.split('.')[0] ?? '') && !rows.has(name)),
      [],
    );
  });
});
