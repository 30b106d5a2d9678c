import { logStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  logStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ logs, outbox }, { logs: others }] = [await fixture.open(), await fixture.open()];
    return { logs, outbox, others, crash: fixture.crash, close: fixture.close };
  });
