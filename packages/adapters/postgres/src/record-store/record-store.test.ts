import { recordStoreSuite } from '@chartseal/ports/suites';
import { openFixture } from '../testing/fixture.ts';

recordStoreSuite('PostgreSQL', async () => {
  const fixture = await openFixture();
  const [first, second] = [await fixture.open(), await fixture.open()];
  return {
    records: first.records,
    outbox: first.outbox,
    others: second.records,
    setTime: fixture.setTime,
    crash: fixture.crash,
    stop: fixture.stop,
    close: fixture.close,
  };
});
