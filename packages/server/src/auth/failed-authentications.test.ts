import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import type { SealedVersion, WriteUnit } from '@chartseal/ports';
import { systemClock } from '../clock.ts';
import { createLog } from '../http/log.ts';
import { FailedAuthentications } from './failed-authentications.ts';

type Event = {
  readonly outcomeDesc: string;
  readonly agent: readonly { readonly who: object; readonly network: { readonly address: string } }[];
  readonly extension: readonly { readonly valueUnsignedInt: number }[];
};

const world = () => {
  const events: Event[] = [];
  const sealed: SealedVersion[] = [];
  const commit = async (unit: WriteUnit) => {
    for (const draft of await unit.plan(new Map() as never)) {
      const version = draft.seal({ versionId: 1, lastUpdated: '2026-01-01T00:00:00.000Z', handle: 'h' });
      sealed.push(version);
      events.push(JSON.parse(version.content) as Event);
    }
    return [];
  };
  const failures = new FailedAuthentications({
    records: { commit },
    organization: 'hospital-a',
    fhirBaseUrl: 'http://a.test/fhir',
    clock: systemClock,
    log: createLog({ service: 'test', level: 'silent' }),
    randomBytes: (size) => new Uint8Array(size),
    randomUuid: () => crypto.randomUUID(),
  });
  return { events, sealed, failures };
};

const attempt = { route: '/auth/token', address: '192.0.2.1', client: 'hospital-b' };

it('tells of a failure when it begins, and of all that followed in the minute once', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const { events, sealed, failures } = world();
    for (let count = 0; count < 50; count += 1) failures.report(attempt);
    failures.report({ ...attempt, client: undefined });
    await failures.settled();
    assert.deepEqual(
      events.map(({ extension }) => extension[0]?.valueUnsignedInt),
      [1, 1],
    );
    mock.timers.tick(60_000);
    await failures.settled();
    assert.equal(events[2]?.extension[0]?.valueUnsignedInt, 49);
    assert.equal(events[2]?.agent[0]?.network.address, '192.0.2.1');
    assert.equal(events[2]?.outcomeDesc, '/auth/token');
    assert.ok(sealed.every(({ log }) => log === 'access'));
    mock.timers.tick(60_000);
    await failures.settled();
    assert.equal(events.length, 3);
  } finally {
    mock.timers.reset();
  }
});

it('bounds what a flood from everywhere can write in a minute', async () => {
  const { events, failures } = world();
  for (let count = 0; count < 5000; count += 1) failures.report({ ...attempt, address: `192.0.2.${count}` });
  await failures.settled();
  assert.equal(events.length, 101);
  await failures[Symbol.asyncDispose]();
  assert.equal(events.at(-1)?.extension[0]?.valueUnsignedInt, 4899);
});
