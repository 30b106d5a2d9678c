import { outboxSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  outboxSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ records, outbox }, { outbox: other }] = [await fixture.open(), await fixture.open()];
    return { records, outbox, other, crash: fixture.crash, close: fixture.close };
  });
