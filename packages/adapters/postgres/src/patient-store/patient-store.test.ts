import { linkPatients, patientStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  patientStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ patients, records }, { patients: others }] = [await fixture.open(), await fixture.open()];
    return { patients, others, link: linkPatients(records), crash: fixture.crash, close: fixture.close };
  });
