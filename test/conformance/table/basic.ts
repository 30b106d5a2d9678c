/** What the rows of https://hl7.org/fhir/R4/http.html are made of: they write and read resources of type Basic. */
import type { Expectation, Request, Row } from './row.ts';

export const row = (
  section: string,
  says: string,
  requests: readonly [Request, ...Request[]],
  expect: Expectation,
  ...exercises: readonly string[]
): Row => ({ source: `http.html#${section}`, says, requests, expect, ...(exercises.length > 0 ? { exercises } : {}) });

export const basic = (id: string | undefined, code: string, members: object = {}): object => ({
  resourceType: 'Basic',
  ...(id === undefined ? {} : { id }),
  code: { text: code },
  ...members,
});
export const named = (value: string): object => ({ identifier: [{ system: 'urn:http', value }] });
export const put = (id: string, code = 'a', headers: Request['headers'] = {}): Request => ({
  method: 'PUT',
  path: `Basic/${id}`,
  body: basic(id, code),
  headers,
});
export const get = (path: string, headers: Request['headers'] = {}): Request => ({ path, headers });
