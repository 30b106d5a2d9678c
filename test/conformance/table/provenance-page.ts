/** https://hl7.org/fhir/R4/provenance.html: those that clients write, and those that the gateway makes of anchored versions. */
import type { Expectation, Request, Row } from './row.ts';

const row = (says: string, requests: readonly [Request, ...Request[]], expect: Expectation): Row => ({
  source: 'provenance.html',
  says,
  requests,
  expect,
});

const target: Request = {
  method: 'PUT',
  path: 'Patient/proven',
  body: { resourceType: 'Patient', id: 'proven', gender: 'female' },
};
const written: Request = {
  method: 'PUT',
  path: 'Provenance/written',
  body: {
    resourceType: 'Provenance',
    id: 'written',
    target: [{ reference: 'Basic/proven' }],
    recorded: '2026-01-02T03:04:05Z',
    agent: [{ who: { display: 'a scanner' } }],
  },
};
const madeId = 'anchor-AAAAAAAAAAAAAAAAAAAAAA-1';

export const provenancePage: readonly Row[] = [
  row('one that a client wrote is found by what it is about', [written, { path: 'Provenance?target=Basic/proven' }], {
    status: 200,
    found: ['Provenance/written'],
  }),
  row(
    'the gateway makes one of each version that is on the ledger, or will be soon',
    [target, { path: 'Provenance?target=Patient/proven/_history/1' }],
    { status: 200, says: /"resourceType":"Bundle"/, saysNot: /Provenance\/written/ },
  ),
  row(
    'one that names a version is not found by another',
    [written, { path: 'Provenance?target=Basic/proven/_history/1' }],
    {
      status: 200,
      found: [],
    },
  ),
  row(
    'is included with what it is about',
    [written, target, { path: 'Patient?_id=proven&_revinclude=Provenance:target' }],
    {
      status: 200,
      found: ['Patient/proven'],
    },
  ),
  row('one of a version that there is not is missing', [{ path: `Provenance/${madeId}` }], { status: 404 }),
  row(
    'one that the gateway makes cannot be written',
    [
      {
        method: 'PUT',
        path: `Provenance/${madeId}`,
        body: { ...(written.body as object), id: madeId },
      },
    ],
    { status: 405 },
  ),
  row('nor deleted', [{ method: 'DELETE', path: `Provenance/${madeId}` }], { status: 405 }),
];
