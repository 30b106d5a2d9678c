import { ledgerCursorSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  ledgerCursorSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ ledgerCursor, patients, outbox }, others] = [await fixture.open(), await fixture.open()];
    return {
      cursor: ledgerCursor,
      others: others.ledgerCursor,
      patients,
      outbox,
      crash: fixture.crash,
      close: fixture.close,
    };
  });
