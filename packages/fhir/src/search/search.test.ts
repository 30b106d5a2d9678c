import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { dateInterval } from '../datatypes/date-interval.ts';
import { resourceTypes } from '../definitions/resource-types.ts';
import { extractIndex } from './extract-index.ts';
import { earliest, latest } from './index-entry.ts';
import type { IndexEntry } from './index-entry.ts';
import { matchesQuery } from './matches-query.ts';
import { matchesDate } from './matches-value.ts';
import { parseParameterName } from './parameter-name.ts';
import { parseSearchQuery } from './parse-search-query.ts';
import type { ParsedSearch } from './parse-search-query.ts';
import { searchParameter } from './search-parameter.ts';
import { prefixes } from './search-query.ts';

const base = 'https://a.example/fhir';
const now = Date.UTC(2026, 0, 1);
const parse = (type: string, ...entries: (readonly [string, string])[]): ParsedSearch =>
  parseSearchQuery(type, entries, { baseUrl: base, now });

const observation = {
  resourceType: 'Observation',
  identifier: [{ system: 'urn:s', value: 'a,b' }, { value: 'bare' }, { system: 'urn:only' }],
  category: [{ coding: [{ system: 'urn:cat', code: 'vital' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '1-8' }, { code: 'local' }], text: 'x' },
  subject: { reference: 'Patient/1' },
  effectivePeriod: { start: '2020-03' },
};
const device = {
  resourceType: 'Observation',
  subject: { reference: 'Device/1' },
  effectiveDateTime: '2020-03-04T10:00:00.5+02:00',
};

const found = (query: string, resource: { resourceType: string } = observation, id = 'o'): boolean => {
  const parsed = parse(resource.resourceType, ...new URLSearchParams(query));
  if (parsed.outcome !== 'parsed') throw new Error(JSON.stringify(parsed.issues));
  assert.deepEqual(parsed.unknown, []);
  const lastUpdated = Date.UTC(2025, 5, 1);
  return matchesQuery(parsed.query, {
    resourceType: resource.resourceType,
    id,
    lastUpdated,
    index: extractIndex(resource, base),
  });
};

/** Without what is there for `_sort`, `:missing` and other modifiers. */
const values = (resource: { resourceType: string }, ...codes: readonly string[]): IndexEntry[] =>
  codes.flatMap((wanted) =>
    extractIndex(resource).filter(({ kind, code }) => kind !== 'present' && kind !== 'sort' && code === wanted),
  );

describe('extractIndex', () => {
  it('finds what the official parameters name', () => {
    assert.deepEqual(values(observation, 'identifier', 'patient', 'subject', 'code', 'category', 'date'), [
      { kind: 'token', code: 'identifier', system: 'urn:s', value: 'a,b' },
      { kind: 'token', code: 'identifier', system: null, value: 'bare' },
      { kind: 'token', code: 'identifier', system: 'urn:only', value: '' },
      { kind: 'reference', code: 'patient', targetType: 'Patient', targetId: '1' },
      { kind: 'reference', code: 'subject', targetType: 'Patient', targetId: '1' },
      { kind: 'token', code: 'code', system: 'http://loinc.org', value: '1-8' },
      { kind: 'token', code: 'code', system: null, value: 'local' },
      { kind: 'token', code: 'category', system: 'urn:cat', value: 'vital' },
      { kind: 'date', code: 'date', start: Date.UTC(2020, 2, 1), end: latest },
    ]);
    const start = Date.UTC(2020, 2, 4, 8, 0, 0, 500);
    assert.deepEqual(values(device, 'date'), [{ kind: 'date', code: 'date', start, end: start + 100 }]);
    const elsewhere = {
      resourceType: 'Flag',
      subject: { reference: 'https://b.example/Patient/1' },
      period: { end: '2020' },
    };
    assert.deepEqual(values(elsewhere, 'patient', 'subject', 'date'), [
      { kind: 'reference-url', code: 'patient', url: 'https://b.example/Patient/1' },
      { kind: 'reference-url', code: 'subject', url: 'https://b.example/Patient/1' },
      { kind: 'date', code: 'date', start: earliest, end: Date.UTC(2021, 0, 1) },
    ]);
    const timed = { resourceType: 'Observation', effectiveTiming: { event: ['2020-01-05', '2020-01-01'] } };
    assert.deepEqual(values(timed, 'date'), [
      { kind: 'date', code: 'date', start: Date.UTC(2020, 0, 1), end: Date.UTC(2020, 0, 6) },
    ]);
    const medicated = {
      resourceType: 'MedicationRequest',
      medicationCodeableConcept: { coding: [{ code: 'm' }] },
      medicationReference: 1,
    };
    assert.deepEqual(values(medicated, 'code'), [{ kind: 'token', code: 'code', system: null, value: 'm' }]);
  });

  it('has an expression that it understands for every type', () => {
    // Whoever is not said to be dead is not: Patient.deceased has a value always.
    assert.deepEqual(
      resourceTypes.filter((resourceType) => extractIndex({ resourceType }).length > 0),
      ['Patient'],
    );
    assert.equal(searchParameter('Observation', 'date')?.type, 'date');
    assert.equal(searchParameter('Observation', '_id')?.type, 'token');
    assert.equal(searchParameter('Observation', 'nope'), undefined);
  });
});

describe('parseSearchQuery', () => {
  it('reads tokens, escapes, or and and', () => {
    for (const query of [
      'code=1-8',
      'code=http://loinc.org|1-8',
      'code=http://loinc.org|',
      'code=|local',
      'code=x,local',
      'identifier=a\\,b',
      'identifier=urn:s|a\\,b,y',
      'code=1-8&code=local',
      '_id=a,o',
      'identifier=urn:only|',
      '',
    ])
      assert.ok(found(query), query);
    for (const query of [
      'code=x',
      'code=|1-8',
      'code=urn:x|1-8',
      'code=x&code=1-8',
      'identifier=a,b',
      '_id=x',
      'identifier=urn:x|',
    ])
      assert.ok(!found(query), query);
  });

  it('reads references', () => {
    for (const query of [
      'patient=1',
      'patient=Patient/1',
      `subject=${base}/Patient/1`,
      'subject:Patient=1',
      'subject:Patient=Patient/1',
    ])
      assert.ok(found(query), query);
    for (const query of ['patient=2', 'patient=Device/1', 'subject:Device=1', 'subject=https://b.example/Patient/1'])
      assert.ok(!found(query), query);
    assert.ok(found('subject=Device/1', device) && found('subject=1', device) && !found('patient=1', device));
  });

  it('reads dates', () => {
    for (const query of [
      'date=gt2020',
      'date=ge2020-03',
      'date=ge2021',
      'date=lt2020-04',
      '_lastUpdated=2025',
      '_lastUpdated=ge2025-06-01T00:00:00Z&_lastUpdated=lt2025-06-02',
    ])
      assert.ok(found(query), query);
    for (const query of [
      'date=2020',
      'date=sa2020-03',
      'date=eb2030',
      'date=lt2020-03',
      '_lastUpdated=2024',
      '_lastUpdated=gt2025-06',
    ])
      assert.ok(!found(query), query);
    for (const query of [
      'date=2020-03-04',
      'date=2020',
      'date=2020-03-04T08:00Z',
      'date=ap2020-01',
      'date=le2020-03-04',
      'date=eb2020-03-05',
    ])
      assert.ok(found(query, device), query);
  });

  it('names parameters that it refuses, and never their values', () => {
    const refused = (name: string, value: string): string | undefined => {
      const parsed = parse('Observation', [name, value]);
      assert.ok(!JSON.stringify(parsed).includes('secret'), name);
      const issue = parsed.outcome === 'refused' ? parsed.issues[0] : parsed.unknown[0];
      assert.ok(issue?.diagnostics?.includes(` ${name} `), name);
      return `${parsed.outcome} ${issue?.code}`;
    };
    for (const [name, value] of [
      ['date', 'secret'],
      ['date', ''],
      ['date', '2020-13'],
      ['date', '2020,'],
      ['code', 'a|b|secret'],
      ['code', '|'],
      ['code', 'secret\\'],
      ['patient', 'secret secret'],
      ['patient', 'Robot/secret'],
      ['_id', 'secret!'],
      ['_count', '-1'],
      ['_count', 'secret'],
      ['_summary', 'secret'],
      ['_lastUpdated', 'x2020'],
    ] as const)
      assert.equal(refused(name, value), 'refused invalid', name + value);
    for (const name of [
      'code:in',
      'code:below',
      'code:contains',
      'code:of-type',
      'subject:Robot',
      'subject:Patient.hair',
      '_has:Observation:code:code',
      '_has:Observation:patient:hair',
      'code.name',
      '_id:exact',
      '_count:x',
      'value-quantity:exact',
    ])
      assert.equal(refused(name, 'http://secret'), 'refused not-supported', name);
    for (const name of ['nope', '_text', '_content', '_filter', '_query'])
      assert.equal(refused(name, 'secret'), 'parsed not-supported', name);
    for (const name of [
      '_sort',
      '_include',
      '_revinclude',
      '_elements',
      '_contained',
      'value-quantity',
      'code-value-quantity',
    ])
      assert.equal(refused(name, 'secret'), 'refused invalid', name);
    const odd = parse('Observation', ['Jane Roe', '1']);
    assert.ok(odd.outcome === 'refused' && !JSON.stringify(odd).includes('Jane'));
  });

  it('reads what shapes the answer', () => {
    const parsed = parse(
      'Patient',
      ['_count', '10'],
      ['_summary', 'count'],
      ['_total', 'none'],
      ['_format', 'json'],
      ['_pretty', 'true'],
      ['_count', '10'],
    );
    assert.deepEqual(parsed, {
      outcome: 'parsed',
      query: { resourceType: 'Patient', conditions: [] },
      unknown: [],
      ignored: [],
      result: { count: 10, summary: 'count', total: 'none', format: 'json', pretty: true },
    });
    assert.equal(parse('Patient', ['_count', '10'], ['_count', '20']).outcome, 'refused');
    assert.equal(parse('Patient', ['code', 'x']).outcome, 'parsed');
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        for (const known of [name, 'code', 'date', 'subject', '_id', '_lastUpdated', `subject:${name}`])
          parse('Observation', [known, value]);
      }),
    );
  });
});

describe('parseParameterName', () => {
  it('takes names apart', () => {
    assert.deepEqual(parseParameterName('_has:Observation:patient:_has:AuditEvent:entity:agent'), {
      kind: 'has',
      type: 'Observation',
      reference: 'patient',
      rest: { kind: 'has', type: 'AuditEvent', reference: 'entity', rest: { kind: 'plain', code: 'agent' } },
    });
    assert.deepEqual(parseParameterName('subject:Patient.name:exact'), {
      kind: 'chain',
      code: 'subject',
      type: 'Patient',
      rest: { kind: 'plain', code: 'name', modifier: 'exact' },
    });
    for (const name of [
      '',
      ':',
      'a:',
      'a:b:c',
      '.a',
      'a.',
      '_has:',
      '_has:a:b',
      'a b',
      'a'.repeat(300),
      '.'.repeat(1e6),
    ])
      assert.equal(parseParameterName(name).kind, 'malformed', name.slice(0, 20));
  });
});

describe('matchesDate', () => {
  const day = (from: number, to: number): { start: number; end: number } => ({
    start: Date.UTC(2020, 0, from),
    end: Date.UTC(2020, 0, to),
  });

  /** The prefixes that hold for `target` against the search value 2020-01-10, R4 search.html#prefix. */
  const holding = (target: { start: number; end: number }): string =>
    prefixes.filter((prefix) => matchesDate({ prefix, ...day(10, 11) }, target)).join(' ');

  it('compares intervals', () => {
    assert.equal(holding(day(10, 11)), 'eq ge le ap');
    assert.equal(holding(day(9, 10)), 'ne lt le eb');
    assert.equal(holding(day(11, 12)), 'ne gt ge sa');
    assert.equal(holding(day(9, 12)), 'ne gt lt ge le ap');
    assert.equal(holding({ start: Date.UTC(2020, 0, 10, 5), end: Date.UTC(2020, 0, 10, 6) }), 'eq ge le ap');
  });

  it('reads dates of every precision', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString();
          for (const length of [4, 7, 10, 16, 19, 23]) {
            const interval = dateInterval(text.slice(0, length) + (length > 10 ? 'Z' : ''));
            assert.ok(
              interval !== undefined && interval.start <= date.getTime() && date.getTime() < interval.end,
              text,
            );
          }
        },
      ),
    );
    for (const text of [
      '',
      '20',
      '2020-1',
      '2020-02-30',
      '2020-01-01T',
      '2020-01-01T10',
      '2020-01-01T25:00Z',
      '2020-01-01T10:00Zx',
      '2020-00',
    ])
      assert.equal(dateInterval(text), undefined, text);
  });
});
