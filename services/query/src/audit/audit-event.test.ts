import assert from 'node:assert/strict';
import { it } from 'node:test';
import { validateResource } from '@chartseal/fhir';
import type { Denial, Permit } from '../release/decision.ts';
import { other, own } from '../testing/world.ts';
import { queryEvents, type AccessEvent } from './access-event.ts';
import { auditEvent } from './audit-event.ts';
import { authorizationEvents } from './authorization-event.ts';

const facts = {
  key: { resourceType: 'Observation', id: 'o' },
  versionId: 1,
  reason: 'consent',
  basis: [{ consentId: '6c4c5a3e-0000-4000-8000-000000000000', sequence: 1, path: 'provision' }],
  height: 3,
};
const permit = (...patients: readonly string[]): Permit => ({ ...facts, effect: 'permit', obligations: [], patients });
const denial: Denial = { ...facts, effect: 'deny', patients: ['p'] };

const accesses: readonly AccessEvent[] = [
  { kind: 'read', interaction: 'read', decision: permit('p') },
  { kind: 'read', interaction: 'vread', decision: permit() },
  { kind: 'refusal', interaction: 'read', named: { resourceType: 'Observation', id: 'o' }, decision: denial },
  { kind: 'refusal', interaction: 'operation', named: undefined, decision: undefined },
  ...queryEvents('search-type', 'Observation?code=x', [permit('p'), permit('q'), permit()], 2),
  ...queryEvents('search-type', 'Observation?code=x', [], 2),
];

for (const principal of [own, other, { ...other, subject: { subject_role: 'nurse' } }]) {
  it(`writes valid AuditEvents for ${JSON.stringify(principal.subject)}`, () => {
    const circumstances = {
      principal,
      custodian: 'hospital-a',
      network: 'ab',
      height: 3,
      recorded: new Date(0),
      requestId: 'r',
    };
    for (const access of accesses) {
      for (const resource of [auditEvent(access, circumstances), ...authorizationEvents(access, circumstances)]) {
        const errors = validateResource(resource).filter(
          ({ severity }) => severity === 'error' || severity === 'fatal',
        );
        assert.deepEqual(errors, [], JSON.stringify(resource));
      }
    }
  });
}

it('C13 tells of each patient once, and of what is about nobody with the first', () => {
  const [forP, forQ, ...more] = queryEvents('search-type', 'q', [permit('p'), permit(), permit('q', 'p')], 0);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [forP, forQ].map((event) => event?.kind === 'query' && [event.patient, event.decisions.length]),
    [
      ['p', 3],
      ['q', 1],
    ],
  );
});
