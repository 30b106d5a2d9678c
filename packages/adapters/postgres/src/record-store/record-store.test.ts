import { recordStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  recordStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
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
