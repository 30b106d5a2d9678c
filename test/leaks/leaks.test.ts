/** What another hospital can learn over HTTP from the gateway on embedded engines. */
import { after, before } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { leakTables } from './leaks.ts';
import { storeRecords } from './store-records.ts';

let gateway: GatewayProcess;
before(async () => {
  gateway = await GatewayProcess.start();
  await storeRecords(gateway);
});
after(() => gateway[Symbol.asyncDispose]());

leakTables(() => gateway);
