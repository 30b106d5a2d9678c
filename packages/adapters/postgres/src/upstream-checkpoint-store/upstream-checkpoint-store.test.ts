import { upstreamCheckpointStoreSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

for (const { name, binaries } of servers)
  upstreamCheckpointStoreSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [{ upstreamCheckpoints }, others] = [await fixture.open(), await fixture.open()];
    return {
      checkpoints: upstreamCheckpoints,
      others: others.upstreamCheckpoints,
      crash: fixture.crash,
      close: fixture.close,
    };
  });
