import { patientStoreSuite } from '@chartseal/ports/suites';
import { openFixture } from '../testing/fixture.ts';

patientStoreSuite('PostgreSQL', async () => {
  const fixture = await openFixture();
  const [{ patients, outbox }, { patients: others }] = [await fixture.open(), await fixture.open()];
  return { patients, outbox, others, crash: fixture.crash, close: fixture.close };
});
