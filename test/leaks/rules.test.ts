/** The table of rules.ts, tried on the real gateway. */
import { after, before, it } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { ruleRows } from './rules.ts';
import { Stage } from './stage.ts';

let gateway: GatewayProcess;
let stage: Stage;
before(async () => {
  gateway = await GatewayProcess.start();
  stage = await Stage.set(gateway);
});
after(() => gateway[Symbol.asyncDispose]());

for (const { rule, holds, when } of ruleRows) it(`${rule} ${holds}`, () => when(stage));
