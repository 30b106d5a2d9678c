import { permittingPatientsSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  permittingPatientsSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const stores = await fixture.open();
    const { patients, permitting, records } = stores;
    return {
      patients,
      permitting,
      records,
      read: async () => void (await stores.reindex('nothing')),
      close: fixture.close,
    };
  });
