import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseJson } from '@chartseal/fhir';
import { ChartsealError, type ErrorKind } from '@chartseal/ports';
import { ERROR_TABLE } from './error-table.ts';
import { safeError } from './safe-error.ts';
import { outcomeOf, toOutcome } from './to-outcome.ts';

const SECRET = 'MRN-4711';

/** What a client sees of each kind: status, issue code, whether Retry-After is set, and whether the message shows. */
const expected: Record<ErrorKind, [number, string, boolean, boolean]> = {
  malformed: [400, 'structure', false, true],
  invalid: [422, 'invalid', false, true],
  unauthenticated: [401, 'login', false, true],
  'rate-limited': [429, 'throttled', true, true],
  forbidden: [403, 'forbidden', false, true],
  'not-found': [404, 'not-found', false, true],
  deleted: [410, 'deleted', false, true],
  'not-allowed': [405, 'not-supported', false, true],
  'not-acceptable': [406, 'not-supported', false, true],
  'unsupported-media-type': [415, 'not-supported', false, true],
  'too-large': [413, 'too-long', false, true],
  conflict: [409, 'conflict', false, true],
  'precondition-failed': [412, 'conflict', false, true],
  'not-anchored': [503, 'transient', true, true],
  'ledger-refused': [422, 'business-rule', false, true],
  'ledger-stale': [503, 'transient', true, true],
  'ledger-unavailable': [503, 'transient', true, false],
  'outcome-unknown': [503, 'timeout', true, false],
  'store-unavailable': [503, 'transient', true, false],
  fenced: [503, 'lock-error', true, false],
  'behind-ledger': [503, 'exception', true, true],
  corrupt: [500, 'exception', false, false],
  misconfigured: [500, 'exception', false, false],
  internal: [500, 'exception', false, false],
};

describe('the error table', () => {
  for (const [kind, [status, code, retries, shows]] of Object.entries(expected) as [
    ErrorKind,
    [number, string, boolean, boolean],
  ][]) {
    it(`answers ${kind} with ${status}`, () => {
      const answer = toOutcome(new ChartsealError(kind, 'said so'));
      const [issue] = JSON.parse(answer.text).issue;
      assert.deepEqual([answer.status, issue.code, 'Retry-After' in answer.headers], [status, code, retries]);
      assert.equal(issue.diagnostics.includes('said so'), shows);
    });
  }

  it('has a row for each kind and no other', () => {
    assert.deepEqual(Object.keys(ERROR_TABLE), Object.keys(expected));
  });
});

describe('outcomes', () => {
  it('name each thing that is wrong, and where', () => {
    const error = new ChartsealError('invalid', 'two things', {
      issues: [
        { code: 'required', expression: 'Patient.name', diagnostics: 'missing' },
        { code: 'value', diagnostics: 'bad' },
      ],
    });
    assert.deepEqual(outcomeOf(error).issue, [
      {
        severity: 'error',
        code: 'required',
        diagnostics: 'missing',
        expression: ['Patient.name'],
      },
      { severity: 'error', code: 'value', diagnostics: 'bad' },
    ]);
  });

  it('carry the last sequence and a contract refusal', () => {
    const error = new ChartsealError('conflict', 'not the next', { lastSequence: 4, code: 'sequence' });
    const [issue] = JSON.parse(toOutcome(error).text).issue;
    assert.deepEqual(issue.extension, [{ url: 'urn:chartseal:lastSequence', valueInteger: 4 }]);
    assert.equal(issue.details.coding[0].code, 'sequence');
  });

  it('ask for the wait that the error names, in whole seconds', () => {
    const headers = (seconds: number) =>
      toOutcome(new ChartsealError('ledger-stale', 'x', { retryAfterSeconds: seconds })).headers;
    assert.deepEqual([headers(7), headers(0.2)], [{ 'Retry-After': '7' }, { 'Retry-After': '1' }]);
  });

  it('tell nothing of an unknown error, and the log no foreign message', () => {
    const thrown = Object.assign(new Error(`Key (id)=(${SECRET})`, { cause: new Error(SECRET) }), { code: '23505' });
    const answer = toOutcome(thrown);
    assert.equal(answer.status, 500);
    assert.ok(!answer.text.includes(SECRET) && !answer.text.includes(' at '));
    const logged = safeError(new ChartsealError('internal', 'ours', {}, { cause: thrown }));
    assert.ok(!JSON.stringify(logged).includes(SECRET));
    assert.deepEqual([logged.message, logged.cause?.code], ['ours', '23505']);
    const disguised = Object.assign(new Error(`no\n    at ${SECRET} (file:///a.ts:1:1)`), { code: `${SECRET} ` });
    assert.ok(!JSON.stringify(safeError(disguised)).includes(SECRET));
    assert.match(safeError(disguised).at?.[0] ?? '', /errors\.test\.ts/);
  });

  it('say where JSON cannot be read', () => {
    const answer = (text: string) => {
      try {
        return parseJson(text);
      } catch (error) {
        return toOutcome(error).status;
      }
    };
    assert.deepEqual([answer('{"a":1,"a":2}'), answer('{')], [400, 400]);
  });
});
