import { witnessStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  witnessStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ witnessed }, { witnessed: others }] = [await fixture.open(), await fixture.open()];
    return { witnessed, others, crash: fixture.crash, close: fixture.close };
  });
