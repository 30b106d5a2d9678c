import { logStoreSuite } from '@chartseal/ports/suites';
import { openFixture } from '../testing/fixture.ts';

logStoreSuite('PostgreSQL', async () => {
  const fixture = await openFixture();
  const [{ logs, outbox }, { logs: others }] = [await fixture.open(), await fixture.open()];
  return { logs, outbox, others, crash: fixture.crash, close: fixture.close };
});
