import { cosignatureStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  cosignatureStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ cosignatures }, { cosignatures: others }] = [await fixture.open(), await fixture.open()];
    return { cosignatures, others, crash: fixture.crash, close: fixture.close };
  });
