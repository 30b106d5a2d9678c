/** The story on real PostgreSQL, Kafka and Redis, with keys in an HSM: the same gateway, chosen by its environment alone. */
import { equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { othersSpeak } from '../testing/other-speakers.ts';
import { story } from '../testing/story.ts';
import { lackOf } from './available.ts';
import { NativeEngine, freePorts } from './native-engine.ts';

describe('the gateway on native engines', () => {
  const stack = new AsyncDisposableStack();
  let gateway: GatewayProcess;
  before(async () => {
    const first = await freePorts(5);
    const engines = [
      new NativeEngine('postgres', `story-${process.pid}`, { POSTGRES_PORT: String(first) }),
      new NativeEngine('kafka', `story-${process.pid}`, { KAFKA_PORT: String(first + 1) }),
      ...(lackOf('redis') === undefined
        ? [new NativeEngine('redis', `story-${process.pid}`, { REDIS_PORT: String(first + 4) })]
        : []),
      ...(lackOf('softhsm') === undefined ? [new NativeEngine('softhsm', `story-${process.pid}`, {})] : []),
    ].map((engine) => stack.use(engine));
    await Promise.all(engines.map((engine) => engine.up()));
    const environments = await Promise.all(engines.map((engine) => engine.environment()));
    gateway = stack.use(await GatewayProcess.start(Object.assign({}, ...environments) as Record<string, string>));
  });
  after(() => stack.disposeAsync());

  it('tells the story', () => story(gateway));

  it('hears who else speaks for a patient', () => othersSpeak(gateway));

  it('is sound afterwards', async () => {
    const { status, output } = await fsck(gateway.dataDirectory, gateway.environment);
    equal(status, 0, output);
  });
});
