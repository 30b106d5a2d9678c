import { it } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { story } from '../testing/story.ts';

it('a record is anchored, withheld, granted, proved, revoked, and the patient sees it all', async () => {
  await using gateway = await GatewayProcess.start();
  await story(gateway);
});
