import { leasesSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  leasesSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const { leases } = await fixture.open();
    return { leases, close: fixture.close };
  });
