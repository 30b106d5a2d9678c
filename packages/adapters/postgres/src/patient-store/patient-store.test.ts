import { patientStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  patientStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ patients }, { patients: others }] = [await fixture.open(), await fixture.open()];
    return { patients, others, crash: fixture.crash, close: fixture.close };
  });
