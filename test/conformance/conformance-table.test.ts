/** Each rule of the search, http and patch pages: a request and what must come of it; and that nothing is claimed beyond them. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Answer } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { fixtures } from './table/fixtures.ts';
import { httpPage } from './table/http-page.ts';
import { operations } from './table/operations.ts';
import { parameterTypes } from './table/parameter-types.ts';
import { patchPage } from './table/patch-page.ts';
import type { Expectation, Request, Row } from './table/row.ts';
import { provenancePage } from './table/provenance-page.ts';
import { searchPage } from './table/search-page.ts';
import { transactionPage } from './table/transaction-page.ts';

type Entry = { readonly resource?: { resourceType: string; id: string }; readonly search?: { mode: string } };

const namesOf = (text: string, mode: string): readonly string[] =>
  ((JSON.parse(text) as { entry?: Entry[] }).entry ?? [])
    .filter(({ search }) => (search?.mode ?? 'match') === mode)
    .map(({ resource }) => `${resource?.resourceType}/${resource?.id}`);

const look = ({ status, headers, text }: Answer, expected: Expectation): void => {
  const told = text.slice(0, 1500);
  ok([expected.status].flat().includes(status), `${status}: ${told}`);
  if (expected.found !== undefined) deepEqual(namesOf(text, 'match').toSorted(), expected.found.toSorted(), told);
  if (expected.order !== undefined) deepEqual(namesOf(text, 'match'), expected.order, told);
  if (expected.included !== undefined)
    deepEqual(namesOf(text, 'include').toSorted(), expected.included.toSorted(), told);
  for (const [name, pattern] of Object.entries(expected.headers ?? {})) match(headers.get(name) ?? '', pattern);
  if (expected.says !== undefined) match(text, expected.says);
  if (expected.saysNot !== undefined) ok(!expected.saysNot.test(text), told);
  if (expected.empty === true) equal(text, '');
};

type Claims = {
  readonly interaction?: readonly { readonly code: string }[];
  readonly operation?: readonly { readonly name: string }[];
  readonly [claim: string]: unknown;
};
type Statement = { readonly rest: readonly (Claims & { readonly resource: readonly Claims[] })[] };

const conditions = ['updateCreate', 'conditionalCreate', 'conditionalUpdate', 'conditionalRead', 'conditionalDelete'];

/** In the words of `Row.exercises`. */
const claimsOf = ({ rest }: Statement): readonly string[] => {
  const all = rest.flatMap((one): Claims[] => [one, ...one.resource]);
  const claims = all.flatMap((one) => [
    ...(one.interaction ?? []).map(({ code }) => `interaction ${code}`),
    ...(one.operation ?? []).map(({ name }) => `operation ${name}`),
    ...conditions.filter((name) => one[name] !== undefined && one[name] !== false && one[name] !== 'not-supported'),
  ]);
  return [...new Set(claims)];
};

describe('The conformance table', () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
    const entry = fixtures.map((resource) => {
      const { resourceType, id } = resource as { resourceType: string; id: string };
      return { resource, request: { method: 'PUT', url: `${resourceType}/${id}` } };
    });
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
    const { status, text } = await gateway.send('POST', '', { body });
    equal(status, 200, text);
  });
  after(() => gateway[Symbol.asyncDispose]());

  const ask = async ({ method = 'GET', path, body, headers = {} }: Request, before?: Answer): Promise<Answer> => {
    const filled = Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      value.replaceAll(/\{([\w-]+)\}/g, (_, header: string) => before?.headers.get(header) ?? ''),
    ]);
    return gateway.send(method, path, {
      headers: Object.fromEntries(filled),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };

  const carryOut = async ({ requests, expect }: Row): Promise<void> => {
    let answer: Answer | undefined;
    for (const [index, request] of requests.entries()) {
      answer = await ask(request, answer);
      const isLast = index === requests.length - 1;
      ok(isLast || answer.status < 300, `${request.method ?? 'GET'} ${request.path}: ${answer.status} ${answer.text}`);
    }
    if (answer !== undefined) look(answer, expect);
  };

  // Searches come first: the others write.
  const rows = [
    ...searchPage,
    ...parameterTypes,
    ...httpPage,
    ...transactionPage,
    ...patchPage,
    ...operations,
    ...provenancePage,
  ];
  for (const row of rows) it(`${row.source}: ${row.says}`, () => carryOut(row));

  it('has a row for whatever the CapabilityStatement claims', async () => {
    const { text } = await gateway.send('GET', 'metadata', { as: 'nobody' });
    const exercised = new Set(rows.flatMap(({ exercises = [] }) => exercises));
    deepEqual(
      claimsOf(JSON.parse(text) as Statement).filter((claim) => !exercised.has(claim)),
      [],
    );
  });
});
