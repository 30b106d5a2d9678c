import { it } from 'node:test';
import { each } from '../testing/each.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { killRound, readable, rounds, type Told } from './kill-rounds.ts';

it('kill -9 of the gateway under write load loses nothing that was acknowledged', async (t) => {
  await using gateway = await GatewayProcess.start();
  const told: Told = { acknowledged: [], leaves: new Map() };
  for (let round = 0; round < rounds; round += 1)
    await t.test(`round ${round + 1}`, async (t) => {
      t.diagnostic(
        await killRound(gateway, (running) => (round % 2 === 0 ? running.kill('SIGKILL') : running.killGroup()), told),
      );
    });
  await t.test('and all of it is still there at the end', () =>
    each(told.acknowledged, 16, (one) => readable(gateway, one)),
  );
});
