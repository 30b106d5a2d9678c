import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import { openFixture } from '../testing/fixture.ts';

const day = 24 * 60 * 60 * 1000;

it('keeps events for a week and until every group has them, and all of a topic without groups', async () => {
  const fixture = await openFixture();
  const { events } = await fixture.open();
  const start = Date.UTC(2026, 0, 1);
  fixture.setTime(start);
  for (const topic of ['read', 'behind', 'unread']) await events.publish([{ topic, key: '', value: 'old' }]);
  const left = async (): Promise<unknown> => {
    const rows = await fixture.sql(`select t.name, e.value from event e join topic t on t.id = e.topic order by 1, 2`);
    return (rows as { name: string; value: string }[]).map(({ name, value }) => `${name} ${value}`);
  };
  const leave = new AbortController();
  const behind = events.subscribe(
    { group: 'stuck', topics: ['behind'] },
    () => Promise.reject(new Error('no')),
    leave.signal,
  );
  const reading = events.subscribe(
    { group: 'reader', topics: ['read', 'behind'] },
    () => Promise.resolve(),
    leave.signal,
  );
  await new Promise((done) => setTimeout(done, 200));
  fixture.setTime(start + 8 * day);
  await events.publish([{ topic: 'read', key: '', value: 'new' }]);
  await new Promise((done) => setTimeout(done, 200));
  leave.abort();
  await Promise.all([behind, reading]);
  deepEqual(await left(), ['behind old', 'read new', 'unread old']);
  await fixture.close();
});
