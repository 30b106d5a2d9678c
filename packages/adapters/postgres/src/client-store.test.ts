import { clientStoreSuite } from '@chartseal/ports/suites';
import { openFixture } from './testing/fixture.ts';

clientStoreSuite('PostgreSQL', async () => {
  const fixture = await openFixture();
  const [{ clients }, { clients: others }] = [await fixture.open(), await fixture.open()];
  return { clients, others, setTime: fixture.setTime, crash: fixture.crash, close: fixture.close };
});
