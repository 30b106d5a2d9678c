import { equal } from 'node:assert/strict';
import { it } from 'node:test';
import { DatabaseError } from 'pg';
import { asChartsealError } from './pg-error.ts';

const kindOf = (code: string): string =>
  asChartsealError(Object.assign(new DatabaseError('told in another place', 0, 'error'), { code })).kind;

it('tells a client whose records others write all the time to come again, and never of a fault of ours', () => {
  equal(kindOf('40P01'), 'conflict');
  equal(kindOf('40001'), 'conflict');
  equal(kindOf('57P01'), 'store-unavailable');
  equal(kindOf('53300'), 'store-unavailable');
  equal(kindOf('XX001'), 'corrupt');
  equal(kindOf('42601'), 'internal');
  equal(asChartsealError(new Error('read ECONNRESET')).kind, 'store-unavailable');
});
