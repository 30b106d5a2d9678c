import { breakGlassStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  breakGlassStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ breakGlass }, { breakGlass: others }] = [await fixture.open(), await fixture.open()];
    return { breakGlass, others, crash: fixture.crash, close: fixture.close };
  });
