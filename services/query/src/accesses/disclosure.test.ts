import assert from 'node:assert/strict';
import { it } from 'node:test';
import { auditEvent } from '../audit/audit-event.ts';
import { queryEvents, type AccessEvent } from '../audit/access-event.ts';
import { authorizationEvents } from '../audit/authorization-event.ts';
import type { Permit } from '../release/decision.ts';
import { ownWords } from '../release/own-words.ts';
import { other, own } from '../testing/world.ts';
import { accountingCsv } from './accounting-forms.ts';
import { disclosureOf } from './disclosure.ts';

const permit = (id: string, resourceType = 'Observation'): Permit => ({
  effect: 'permit',
  key: { resourceType, id },
  versionId: 1,
  reason: 'consent',
  basis: [{ consentId: 'c1', sequence: 1, path: 'Consent.provision' }],
  height: 3,
  patients: ['p'],
  obligations: [],
});
const read: AccessEvent = { kind: 'read', interaction: 'read', decision: permit('o') };
const told = (event: AccessEvent, principal = other) => {
  const circumstances = {
    principal,
    custodian: 'hospital-a',
    network: 'ab',
    height: 3,
    recorded: new Date(0),
    requestId: 'r',
  };
  const events = [auditEvent(event, circumstances), ...authorizationEvents(event, circumstances)];
  return events.flatMap((each) => disclosureOf(JSON.stringify(each), 'hospital-a') ?? []);
};

it('counts each access once, with what left, and marks an emergency with its reason', () => {
  const [first] = told(read);
  assert.deepEqual(first, {
    at: '1970-01-01T00:00:00.000Z',
    recipient: 'hospital-b',
    purpose: 'TREAT',
    types: new Map([['Observation', 1]]),
    consents: ['c1'],
  });
  assert.equal(told(read).length, 1);
  const many = queryEvents('search-type', 'q', [permit('o'), permit('o2'), permit('c', 'Condition')], 4);
  assert.deepEqual(
    told(many[0] ?? read)[0]?.types,
    new Map([
      ['Observation', 2],
      ['Condition', 1],
    ]),
  );
  const [emergency] = told(read, { ...other, purpose: 'BTG', reason: 'unconscious' });
  assert.equal(emergency?.emergency, 'unconscious');
});

it('leaves out what was refused, what nothing came of, and what the own people read', () => {
  const named = { resourceType: 'Observation', id: 'o' };
  const denial = { ...permit('o'), effect: 'deny' } as const;
  for (const [event, principal] of [
    [{ kind: 'refusal', interaction: 'read', named, decision: denial }, other],
    [queryEvents('search-type', 'q', [], 2)[0] ?? read, other],
    [read, own],
  ] as const satisfies readonly (readonly [AccessEvent, typeof other])[])
    assert.deepEqual(told(event, principal), []);
});

it('writes no formula into a table, whoever chose the words', () => {
  const disclosure = {
    recipient: 'x',
    purpose: 'BTG',
    emergency: '=HYPERLINK("http://x")',
    types: new Map(),
    consents: [],
  };
  const accounted = { from: '', until: '', disclosures: [{ ...disclosure, first: '1', last: '1', count: 1 }] };
  const csv = accountingCsv(accounted, { organization: () => undefined });
  assert.match(csv, /"'=HYPERLINK\(""http:\/\/x""\)"/);
});

it('tells of a requester’s words only what can name nobody else', () => {
  const mine = new Set(['p']);
  for (const [said, expected] of [
    ['Observation?patient=Patient/p&code=a,b', 'Observation?patient=Patient/p&code=a,b'],
    ['Patient/p/$everything', 'Patient/p/$everything'],
    ['Patient/$everything?_count=5', 'Patient/$everything?_count=5'],
    ['Observation?subject=p,q', 'Observation?subject='],
    ['Patient?name=Smith&_count=1', 'Patient?name=&_count=1'],
    ['Patient/q/Observation?code=a', 'Patient/Observation?code=a'],
    ['Patient/q/$everything', 'Patient/$everything'],
    ['Observation?_has:Patient:x=q', 'Observation?_has%3APatient%3Ax='],
    ['Observation?subject.name=Smith', 'Observation?subject.name='],
  ] as const)
    assert.equal(ownWords(said, mine), expected);
});
