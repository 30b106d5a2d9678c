/** Two gateways with stores of their own, which differ only in what hospital-b may not read. */
import { equal } from 'node:assert/strict';
import type { Answer } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { enrolDevice } from '../testing/patient.ts';
import type { Resource } from './records.ts';
import { writes } from './two-worlds-records.ts';
import type { Question } from './two-worlds-questions.ts';

export type Worlds = AsyncDisposable & { readonly a: GatewayProcess; readonly b: GatewayProcess };

export const openWorlds = async (environment: Readonly<Record<string, string>> = {}): Promise<Worlds> => {
  await using opening = new AsyncDisposableStack();
  const a = opening.use(await GatewayProcess.start(environment));
  const b = opening.use(await GatewayProcess.start(environment));
  for (const write of writes) {
    if (write.kind === 'shown') await Promise.all([a, b].map(async (world) => store(world, write.resource)));
    else await Promise.all([storeAll(a, write.a), storeAll(b, write.b)]);
  }
  equal((await a.send('DELETE', 'Observation/ben-was-it')).status, 204);
  for (const world of [a, b])
    for (const patient of ['ana', 'cara']) await (await enrolDevice(world, patient)).grant({ ...treat, labels: ['N'] });
  // What Ben said is withheld as what he has is.
  const device = await enrolDevice(a, 'ben');
  await device.grant({ to: 'hospital-c', purposes: ['TREAT'] });
  await device.revoke((await device.grant(treat)).consentId);
  const stack = opening.move();
  return { a, b, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

const treat = { to: 'hospital-b', purposes: ['TREAT'] };

const storeAll = async (world: GatewayProcess, resources: readonly Resource[]): Promise<void> => {
  for (const resource of resources) await store(world, resource);
};

const store = async (world: GatewayProcess, resource: Resource): Promise<void> => {
  const { resourceType, id } = resource;
  const { status, text } = await world.send('PUT', `${resourceType}/${id}`, { body: JSON.stringify(resource) });
  equal(status === 200 ? 201 : status, 201, text);
};

export const askAsOther = async (
  world: GatewayProcess,
  { method, path, body, headers = {} }: Question,
): Promise<Answer> => world.send(method, path, { as: 'hospital-b', headers, ...(body === undefined ? {} : { body }) });

const nextLink = /"relation":"next","url":"([^"]+)"/;

/** An answer without what may differ: when and where it was given, and to which request. What is encrypted keeps its length. */
export const masked = ({ sandbox }: GatewayProcess, { status, headers, text }: Answer): object => {
  const without = (words: string): string =>
    words
      .replaceAll(headers.get('x-request-id') ?? '-', '<request>')
      .replaceAll(sandbox.fhirBaseUrl, '<base>')
      .replaceAll(/"(lastUpdated|lastModified)":"[0-9T:.Z-]{24}"/g, '"$1":"<instant>"')
      .replaceAll(/_page=([\w.-]+)/g, (_all, token: string) => `_page=<${token.length}>`);
  return {
    status,
    headers: [...headers]
      .filter(([name]) => name !== 'date' && name !== 'x-request-id')
      .map(([name, value]) => [name, name === 'last-modified' ? '<date>' : without(value)]),
    // A proof tells how much a hospital writes, by its index and path (threat model).
    text: text.includes('"chartseal-proof/v1"') ? Object.keys(JSON.parse(text) as object) : without(text),
  };
};

/** Where the next page of an answer is, as `send` takes it. */
export const nextPage = ({ text }: Answer): string | undefined => nextLink.exec(text)?.[1];
