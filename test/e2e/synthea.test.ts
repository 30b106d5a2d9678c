/** Synthea's hospitals and practitioners as batches of conditional creates, then its biggest patient as one transaction. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { each } from '../testing/each.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { proved } from '../testing/proof.ts';
import { sample } from '../testing/samples.ts';

type Entry = {
  readonly resource: { readonly resourceType: string };
  readonly request: { readonly ifNoneExist?: string };
};
type Response = { readonly response: { readonly status: string; readonly location: string } };

const referenceOf = (location: string): string => location.split('/').slice(-4, -2).join('/');

/** Every value of a member named `reference`, whatever its place. */
const referencesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === 'reference' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
};

const decimalsIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => [...text.matchAll(/"value"\s*:\s*([-+.0-9eE]+)/g)].map(([, value = '']) => value)).sort();

describe('A Synthea patient', () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(() => gateway[Symbol.asyncDispose]());

  const post = async (body: string): Promise<readonly Response[]> => {
    const { status, text } = await gateway.send('POST', '', { body });
    equal(status, 200, text.slice(0, 1000));
    return (JSON.parse(text) as { entry: Response[] }).entry;
  };
  const counts = async (): Promise<number[]> =>
    Promise.all(
      ['Organization', 'Location', 'Practitioner'].map(async (type) => {
        const { text } = await gateway.send('GET', `${type}?_summary=count`);
        return (JSON.parse(text) as { total: number }).total;
      }),
    );

  for (const name of ['hospitals', 'practitioners'] as const)
    it(`the batch of ${name} creates each once, however often it comes`, async () => {
      const body = await sample(name);
      const { entry } = JSON.parse(body) as { entry: Entry[] };
      const first = await post(body);
      ok(first.every(({ response }) => response.status.startsWith('201')));
      const before = await counts();
      const again = await post(body);
      deepEqual(await counts(), before);
      entry.forEach(({ request }, at) => {
        if (request.ifNoneExist === undefined) return;
        equal(again[at]?.response.status.slice(0, 3), '200');
        equal(referenceOf(again[at]?.response.location ?? ''), referenceOf(first[at]!.response.location));
      });
    });

  it('is taken in one request; each resource is readable, anchored, and every reference resolves', async () => {
    const body = await sample('patient-5');
    const { entry } = JSON.parse(body) as { entry: Entry[] };
    const responses = await post(body);
    equal(responses.length, 1838);
    const texts: string[] = [];
    const leaves = new Set<number>();
    const asked = [...responses.entries()];
    await each(asked, 16, async ([at, { response }]) => {
      equal(response.status.slice(0, 3), '201');
      const reference = referenceOf(response.location);
      equal(reference.split('/')[0], entry[at]?.resource.resourceType);
      const { status, text } = await gateway.send('GET', reference);
      equal(status, 200, text);
      texts.push(text);
      const { verified, content } = await proved(gateway, reference);
      equal(content, text);
      leaves.add(verified.log.leafIndex);
    });
    equal(leaves.size, responses.length);
    deepEqual(decimalsIn(texts), decimalsIn([body]));

    const references = new Set(texts.flatMap((text) => referencesIn(JSON.parse(text))));
    const outside = [...references].filter((reference) => !reference.startsWith('#'));
    ok(outside.every((reference) => /^[A-Z][A-Za-z]+\/[0-9a-f-]{36}$/.test(reference)));
    const own = new Set(responses.map(({ response }) => referenceOf(response.location)));
    await each(
      outside.filter((reference) => !own.has(reference)),
      16,
      async (reference) => equal((await gateway.send('GET', reference)).status, 200, reference),
    );
  });
});
