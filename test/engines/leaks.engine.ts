/** The leak suite on real engines: every row of test/leaks once, on a whole hospital if this machine has a Fabric, else on one gateway. */
import { after, before, describe, it } from 'node:test';
import { leakTables } from '../leaks/leaks.ts';
import { ruleRows } from '../leaks/rules.ts';
import { Stage } from '../leaks/stage.ts';
import { storeRecords } from '../leaks/store-records.ts';
import type { Reachable } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { skipWithout } from './available.ts';
import { Fleet } from './fleet.ts';
import { freePorts, NativeEngine, type Variables } from './native-engine.ts';

const wholeHospital = skipWithout('postgres', 'kafka', 'redis', 'fabric', 'proxy') === false;

/** One gateway on PostgreSQL, Kafka and Redis; its ledger is the embedded one. */
const oneGateway = async (stack: AsyncDisposableStack): Promise<Reachable> => {
  const first = await freePorts(5);
  const instance = `leaks-${process.pid}`;
  const engines = [
    new NativeEngine('postgres', instance, { POSTGRES_PORT: String(first) }),
    new NativeEngine('kafka', instance, { KAFKA_PORT: String(first + 1) }),
    new NativeEngine('redis', instance, { REDIS_PORT: String(first + 4) }),
  ].map((engine) => stack.use(engine));
  await Promise.all(engines.map((engine) => engine.up()));
  const environments = await Promise.all(engines.map((engine) => engine.environment()));
  return stack.use(await GatewayProcess.start(Object.assign({}, ...environments) as Variables));
};

describe(
  `the leak suite on ${wholeHospital ? 'PostgreSQL, Kafka, Redis and Fabric' : 'PostgreSQL, Kafka and Redis'}`,
  { skip: skipWithout('postgres', 'kafka', 'redis') },
  () => {
    const stack = new AsyncDisposableStack();
    let gateway: Reachable;
    before(async () => {
      gateway = wholeHospital ? stack.use(await Fleet.start({ query: 2 })) : await oneGateway(stack);
      await storeRecords(gateway);
    });
    after(() => stack.disposeAsync());

    leakTables(() => gateway);

    describe('the rules of section C', () => {
      let stage: Stage;
      before(async () => {
        stage = await Stage.among(gateway);
      });
      for (const { rule, holds, when } of ruleRows) it(`${rule} ${holds}`, () => when(stage));
    });
  },
);
