/** Of two gateways on one log the one that comes second is refused, wherever a crash fell. */
import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { ledgerLog, LogStanding } from '@chartseal/server';
import { anchor } from './anchor.ts';
import { holdClaim } from './claims.ts';
import { announced, openWorld, pass, type World } from './testing/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

let versions = 0;
const write = () => announced(`claimed-${(versions += 1)}`);
const isBehind = (error: unknown): boolean => isKind(error, 'behind-ledger');
const onLedger = async () => (await ledgerLog(world.ledger).writer(world.identities.records.origin))?.writer;
const standing = () => {
  const { logs, ledger, identities, log, metrics } = world;
  const origins = { records: identities.records.origin, access: identities.access.origin };
  return new LogStanding({ logs, ledger: ledgerLog(ledger), origins, log, metrics });
};

it('passes the log on with each anchor, to a name that it kept before', async () => {
  const writers = world.writers();
  await pass(world, writers, write());
  const first = await onLedger();
  deepEqual(await world.logs.claim('records'), { writer: first, nextWriter: undefined });
  await pass(world, writers, write());
  const second = await onLedger();
  deepEqual(await world.logs.claim('records'), { writer: second, nextWriter: undefined });
  equal(first === second, false);
});

it('goes on after a crash on either side of the ledger’s commit', async () => {
  const writers = world.writers();
  await pass(world, writers, write());
  // It was told of a name that the ledger never heard of.
  await holdClaim(world, writers, 'records');
  await pass(world, world.writers(), write());
  // The ledger took it, and nobody noted that.
  const lease = await world.logs.lease('records');
  await world.logs.noteClaim(lease, { writer: 'o'.repeat(22), nextWriter: await onLedger() });
  await pass(world, world.writers(), write());
  const look = standing();
  await look.look();
  look.require();
});

it('is refused where another has taken the log over, and says so until it has it back', async () => {
  await pass(world, world.writers(), write());
  const copied = await world.logs.claim('records');
  await pass(world, world.writers(), write());
  const newest = await world.logs.claim('records');
  const know = async (claim: typeof copied) => world.logs.noteClaim(await world.logs.lease('records'), claim);
  await know(copied);
  await rejects(pass(world, world.writers(), write()), isBehind);
  await rejects(anchor(world, world.writers()), isBehind);
  const look = standing();
  await look.look();
  throws(() => look.require(), isBehind);
  await know(newest);
  await look.look();
  look.require();
  await pass(world, world.writers(), write());
});
