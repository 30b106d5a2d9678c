import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventLogSuite } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';

const program = fileURLToPath(new URL('../testing/hanging-member.ts', import.meta.url));

for (const { name, binaries } of servers)
  eventLogSuite(name, async () => {
    const fixture = await openFixture(binaries);
    const [first, second] = [await fixture.open(), await fixture.open()];
    return {
      events: first.events,
      others: second.events,
      crash: fixture.crash,
      hangingMember: async (subscription) => {
        const order = JSON.stringify({ settings: fixture.settings, subscription });
        const child = spawn(process.execPath, [program, order], { stdio: ['ignore', 'pipe', 'inherit'] });
        await once(child.stdout, 'data');
        return {
          kill: async () => {
            const gone = once(child, 'exit');
            child.kill('SIGKILL');
            await gone;
          },
        };
      },
      stop: fixture.stop,
      close: fixture.close,
    };
  });
