import { submissionStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  submissionStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ submissions: store }, { submissions: other }] = [await fixture.open(), await fixture.open()];
    return { store, other, close: fixture.close };
  });
