import { importStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  importStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ imports }, others] = [await fixture.open(), await fixture.open()];
    return { imports, others: others.imports, crash: fixture.crash, close: fixture.close };
  });
