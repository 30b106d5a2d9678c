import { clientStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from './testing/fixture.ts';

for (const { name, binaries } of servers)
  clientStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ clients }, { clients: others }] = [await fixture.open(), await fixture.open()];
    return { clients, others, setTime: fixture.setTime, crash: fixture.crash, close: fixture.close };
  });
