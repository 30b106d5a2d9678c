import { outboxSuite } from '@chartseal/ports/suites';
import { openFixture } from '../testing/fixture.ts';

outboxSuite('PostgreSQL', async () => {
  const fixture = await openFixture();
  const [{ records, outbox }, { outbox: other }] = [await fixture.open(), await fixture.open()];
  return { records, outbox, other, crash: fixture.crash, close: fixture.close };
});
