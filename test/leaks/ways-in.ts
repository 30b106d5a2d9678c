/** Every way to ask for a record by name or by criteria. For what is withheld, deleted or missing the answers must be one (C7). */
import type { SendOptions } from '../testing/caller.ts';

export type WayIn = {
  readonly method: string;
  /** `{id}` is the Observation that is asked for. */
  readonly path: string;
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const get = (path: string, status: number): WayIn => ({ method: 'GET', path, status });
const withHeader = (name: string, value: string, status: number): WayIn => ({
  ...get('Observation/{id}', status),
  headers: { [name]: value },
});
const form: SendOptions['headers'] = { 'content-type': 'application/x-www-form-urlencoded' };
const entries = ['Observation/{id}', '/Observation/{id}', 'Observation/{id}/_history', 'Observation?_id={id}'];
const batch = JSON.stringify({
  resourceType: 'Bundle',
  type: 'batch',
  entry: entries.map((url) => ({ request: { method: 'GET', url } })),
});

export const waysIn: readonly WayIn[] = [
  get('Observation/{id}', 404),
  get('Observation/{id}/', 404),
  get('Observation/{id}?', 404),
  get('Observation/{id}%20', 404),
  get('Observation/{id}/_history/1', 404),
  get('Observation/{id}/_history/2', 404),
  get('Observation/{id}/_history/x', 404),
  get('Observation/{id}/_history', 404),
  get('Observation/{id}/_history?_count=1', 404),
  get('Observation/{id}/$proof', 404),
  get('Observation/{id}/$proof?version=1', 404),
  get('Observation/{id}/$meta', 404),
  get('Patient/{id}/$everything', 404),
  get('Patient/{id}/Observation', 404),
  get('Observation?_id={id}', 200),
  get('Observation?_id={id},{id}x', 200),
  get('Observation?_id={id}&_id={id}', 200),
  get('Observation?_id={id}&_count=1', 200),
  get('Observation?_id={id}&_lastUpdated=gt2000-01-01', 200),
  get('Observation?_id={id}&_total=none', 200),
  get('Observation?_id={id}&_total=estimate', 200),
  get('Observation?_id={id}&_total=accurate', 403),
  get('Observation?_id={id}&_summary=count', 403),
  get('Observation?_id={id}&_count=0', 403),
  get('Observation?_id={id}&_summary=true', 400),
  get('Observation?_id={id}&nonsense=1', 400),
  get('Observation?_id={id}&_sort=date', 400),
  get('Observation?_id={id}&_include=Observation:subject', 400),
  get('Observation?_id={id}&_revinclude=Provenance:target', 400),
  get('Observation?_id:not={id}', 400),
  get('Observation?subject.identifier={id}', 400),
  get('Patient?_has:Observation:patient:_id={id}', 400),
  get('Observation?identifier=urn:lab|{id}', 200),
  get('AuditEvent?entity=Observation/{id}', 400),
  { method: 'HEAD', path: 'Observation/{id}', status: 404 },
  { method: 'HEAD', path: 'Observation?_id={id}', status: 200 },
  { method: 'OPTIONS', path: 'Observation/{id}', status: 200 },
  { method: 'POST', path: 'Observation/_search', body: '_id={id}', headers: form, status: 200 },
  { method: 'POST', path: 'Observation/_search?_id={id}', body: '_count=1', headers: form, status: 200 },
  { method: 'POST', path: '', body: batch, status: 200 },
  { method: 'PUT', path: 'Observation/{id}', body: '{}', status: 403 },
  { method: 'DELETE', path: 'Observation/{id}', status: 403 },
  { method: 'PATCH', path: 'Observation/{id}', body: '[]', status: 405 },
  { method: 'POST', path: 'Observation', body: '{}', headers: { 'if-none-exist': '_id={id}' }, status: 403 },
  withHeader('if-none-match', 'W/"1"', 404),
  withHeader('if-none-match', '*', 404),
  withHeader('if-modified-since', 'Fri, 01 Jan 2100 00:00:00 GMT', 404),
  withHeader('if-match', 'W/"1"', 404),
  withHeader('range', 'bytes=0-0', 404),
  withHeader('x-http-method-override', 'DELETE', 404),
  withHeader('prefer', 'handling=lenient', 404),
  withHeader('accept', 'application/fhir+xml', 406),
  withHeader('accept', 'application/json', 404),
];
