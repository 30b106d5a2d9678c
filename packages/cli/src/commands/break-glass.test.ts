import { deepEqual, doesNotMatch } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lineOf } from './break-glass.ts';

describe('a line of break-glass list', () => {
  const entry = {
    accessId: 'a',
    organization: 'hospital-b',
    patientId: 'p',
    handle: 'h',
    reason: 'unconscious\u001b[2J\u009b2J\u202e\n',
    openedAt: 0,
    expiresAt: 3_600_000,
    ledger: { state: 'pending' },
  } as const;

  it('names whom it is about, who asked, why, from when to when, and what a review found', () => {
    const shown = {
      accessId: 'a',
      organization: 'hospital-b',
      patient: 'Patient/p',
      handle: 'h',
      reason: entry.reason,
      opened: '1970-01-01T00:00:00.000Z',
      expires: '1970-01-01T01:00:00.000Z',
      ledger: { state: 'pending' },
    };
    deepEqual(JSON.parse(lineOf(entry)), shown);
    const review = { by: 'officer', outcome: 'justified', note: 'n', at: 1000 } as const;
    deepEqual(JSON.parse(lineOf({ ...entry, review })), {
      ...shown,
      review: { ...review, at: '1970-01-01T00:00:01.000Z' },
    });
  });

  it('steers no terminal', () => {
    doesNotMatch(lineOf(entry), /[\p{Cc}\p{Cf}]/u);
  });
});
