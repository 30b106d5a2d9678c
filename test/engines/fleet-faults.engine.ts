/** The fault matrix: each engine, each service, at every point, under load. */
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipWithout } from './available.ts';
import { skipWithoutFakeClock } from './fake-clock.ts';
import { faultRound } from './fault-round.ts';
import { Fleet } from './fleet.ts';

describe('every fault is survived', { skip: skipWithout('postgres', 'kafka', 'fabric', 'proxy') }, () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await Fleet.start({ ingest: 2, query: 2, anchor: 2 });
  });
  after(() => fleet[Symbol.asyncDispose]());

  const survives = async (t: TestContext, strike: () => Promise<unknown>): Promise<void> => {
    const happened = await faultRound(fleet, async () => {
      await strike();
    });
    t.diagnostic(happened);
  };
  /** Something of the Fabric network dies, stays away for a while and comes back. */
  const fabric = (verb: 'kill' | 'pause' | 'resume' | 'start', name: string): Promise<string> =>
    fleet.engines.fabric.script('process', verb, name);
  const outage = async (name: string): Promise<void> => {
    await fabric('kill', name);
    await sleep(2000);
    await fabric('start', name);
  };
  const restarted = async (name: 'postgres' | 'kafka' | 'redis'): Promise<void> => {
    const engine = fleet.engines[name];
    await engine?.kill();
    await sleep(1000);
    await engine?.up();
  };

  for (const engine of ['postgres', 'kafka', 'redis'] as const)
    it(`kill -9 of ${engine}`, (t) => survives(t, () => restarted(engine)));

  for (const [what, name] of [
    ['the orderer', 'orderer0'],
    ['the own peer', 'peer-a'],
    ['the other peer', 'peer-b'],
    ['the own chaincode', 'chaincode-a'],
    ['the other chaincode', 'chaincode-b'],
  ] as const)
    it(`kill -9 of ${what}`, (t) => survives(t, () => outage(name)));

  it('the orderer hangs', (t) =>
    survives(t, async () => {
      await fabric('pause', 'orderer0');
      await sleep(5000);
      await fabric('resume', 'orderer0');
    }));

  it('the own peer is cut off from the orderers, and still answers', (t) =>
    survives(t, async () => {
      await fabric('pause', 'relay-a');
      await sleep(5000);
      await fabric('resume', 'relay-a');
    }));

  for (const service of ['ingest-1', 'query-1', 'consent-1', 'anchor-1', 'anchor-2'])
    it(`kill -9 of ${service}`, (t) =>
      survives(t, async () => {
        fleet.service(service).kill();
      }));

  for (const hours of [1, -1])
    it(`the clock of all services is ${hours} h wrong for a while`, { skip: skipWithoutFakeClock }, (t) =>
      survives(t, async () => {
        fleet.clock.setOffset(hours * 3600);
        await sleep(4000).finally(() => fleet.clock.setOffset(0));
      }),
    );

  it('the anchor that leads is paused, and wakes up after another took over', (t) =>
    survives(t, async () => {
      const leader = fleet.leader();
      leader.pause();
      await sleep(10_000);
      leader.resume();
    }));
});
