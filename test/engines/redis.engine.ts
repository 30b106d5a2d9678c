/** The cache on a real Redis, over TLS as its own user: the suite, and everything that its operator may do to it. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { cacheBoundMs, isKind } from '@chartseal/ports';
import { cacheSuite } from '@chartseal/ports/suites';
import { openRedis, type RedisCache, type RedisSettings } from '@chartseal/redis';
import { skipWithout } from './available.ts';
import { freePorts, NativeEngine, type Variables } from './native-engine.ts';
import { operatorOf, type RedisOperator } from './redis-operator.ts';

const skip = skipWithout('redis');
const [foreignAuthority = ''] = rootCertificates;
const slackMs = 100;
const longMs = 60_000;

const settingsOf = (env: Variables): RedisSettings => ({
  url: env['REDIS_URL'] ?? '',
  username: env['REDIS_USERNAME'] ?? '',
  password: readFileSync(env['REDIS_PASSWORD_FILE'] ?? '', 'utf8').trim(),
  ca: readFileSync(env['REDIS_CA_FILE'] ?? '', 'utf8'),
  requireTls: true,
});

const forbidden = [
  ['KEYS', '*'],
  ['FLUSHALL'],
  ['GET', 'other'],
  ['CONFIG', 'GET', '*'],
  ['ACL', 'LIST'],
] as const satisfies readonly (readonly [string, ...string[]])[];

const otherTypes: readonly (readonly [string, ...string[]])[] = [
  ['LPUSH', 'x'],
  ['HSET', 'x', 'y'],
  ['SADD', 'x'],
];

const openEngine = async (): Promise<NativeEngine> => {
  const engine = new NativeEngine('redis', `test-${process.pid}-${randomBytes(2).toString('hex')}`, {
    REDIS_PORT: String(await freePorts(1)),
  });
  await engine.up();
  return engine;
};

const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await isTrue()) return;
    await sleep(100);
  }
  throw new Error('it did not happen in time');
};

if (skip === false)
  cacheSuite('Redis over TLS', async () => {
    const engine = await openEngine();
    const settings = settingsOf(await engine.environment());
    const operator = await operatorOf(engine);
    const secret = randomBytes(32);
    const all = [secret, secret, randomBytes(32)].map((each) => openRedis(settings, { secret: each }));
    await Promise.all(all.map((each) => each.ready()));
    const [cache, other, stranger] = all.map((each) => each.cache);
    if (cache === undefined || other === undefined || stranger === undefined) throw new Error('three were opened');
    return {
      cache,
      other,
      stranger,
      forget: async () => void (await operator.call('FLUSHALL')),
      close: async () => {
        operator.disconnect();
        for (const each of all) await each.close();
        await engine[Symbol.asyncDispose]();
      },
    };
  });

describe('Redis, to those who do not trust it', { skip }, () => {
  let engine: NativeEngine;
  let settings: RedisSettings;
  let operator: RedisOperator;
  let redis: RedisCache;
  const secret = randomBytes(32);
  const said: string[] = [];
  const value = Buffer.from('a tile that never changes');

  before(async () => {
    engine = await openEngine();
    settings = settingsOf(await engine.environment());
    operator = await operatorOf(engine);
    redis = openRedis(settings, { secret, onChange: ({ state, reason }) => void said.push(`${state}: ${reason}`) });
    await redis.ready();
  });
  after(async () => {
    operator.disconnect();
    await redis.close();
    await engine[Symbol.asyncDispose]();
  });

  const keys = async (): Promise<string[]> => (await operator.call('KEYS', '*')) as string[];
  /** Every call within the bound; answers whether the value was there. */
  const ask = async (key: string): Promise<boolean> => {
    const started = performance.now();
    const answer = await redis.cache.get(key);
    await redis.cache.set(`${key} other`, value, longMs);
    ok(performance.now() - started < 2 * cacheBoundMs + slackMs);
    if (answer !== undefined) deepEqual(Buffer.from(answer), value);
    return answer !== undefined;
  };

  it('law 5: shows it neither keys nor values', async () => {
    await redis.cache.set('tile hospital-a/records 0/000', value, longMs);
    for (const key of await keys()) {
      match(key, /^chartseal:c1:(ready|[A-Za-z0-9_-]{43})$/);
      const stored = await operator.getBuffer(key);
      ok(stored?.includes(value) !== true && stored?.includes('tile') !== true);
      ok(Number(await operator.call('PTTL', key)) > 0);
    }
  });

  it('law 1: takes nothing from it that was changed, swapped or replaced, of whatever type', async () => {
    await operator.call('FLUSHALL');
    await redis.cache.set('a', value, longMs);
    const name = (await keys()).find((key) => !key.endsWith('ready')) ?? '';
    const sealed = (await operator.getBuffer(name)) ?? Buffer.alloc(0);
    const bent = Buffer.from(sealed);
    bent[20] = (bent[20] ?? 0) ^ 1;
    for (const forged of [bent, sealed.subarray(0, 10), Buffer.alloc(0), randomBytes(60), Buffer.from('garbage')]) {
      await operator.set(name, forged);
      equal(await redis.cache.get('a'), undefined);
    }
    for (const [command, ...rest] of otherTypes) {
      await operator.call('DEL', name);
      await operator.call(command, name, ...rest);
      equal(await redis.cache.get('a'), undefined);
    }
    await redis.cache.set('a', value, longMs);
    await redis.cache.set('b', value, longMs);
    const names = (await keys()).filter((key) => !key.endsWith('ready'));
    const other = names.find((each) => each !== name) ?? '';
    await operator.call('RENAME', other, name);
    equal(await redis.cache.get('a'), undefined);
    // What was set stands again once the engine is honest.
    await redis.cache.set('a', value, longMs);
    ok(await ask('a'));
  });

  it('law 4: misses while it hangs, within the bound, and hits again when it goes on', async () => {
    await redis.cache.set('kept', value, longMs);
    const { pid } = operator;
    process.kill(pid, 'SIGSTOP');
    try {
      for (let round = 0; round < 30; round += 1) {
        equal(await ask('kept'), false);
        await sleep(50);
      }
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until(() => ask('kept'));
  });

  it('law 4: misses after kill -9, and is back by itself on an empty one', async () => {
    await redis.cache.set('gone', value, longMs);
    await engine.kill();
    for (let round = 0; round < 10; round += 1) {
      equal(await ask('gone'), false);
      await sleep(20);
    }
    operator.disconnect();
    await engine.up();
    operator = await operatorOf(engine);
    await until(async () => {
      await redis.cache.set('new', value, longMs);
      return ask('new');
    });
    equal(await redis.cache.get('gone'), undefined);
    ok(said.some((line) => line.startsWith('away: ')) && said.some((line) => line.startsWith('back: ')));
  });

  it('goes on at its memory’s end', async () => {
    await operator.call('CONFIG', 'SET', 'maxmemory', '4mb');
    for (let each = 0; each < 40; each += 1) await redis.cache.set(`large ${each}`, randomBytes(200_000), longMs);
    await redis.cache.set('after', value, longMs);
    ok(await ask('after'));
  });

  it('lets the gateway’s user do no more than it needs, and nobody else anything', async () => {
    for (const [user, password] of [
      ['chartseal', settings.password],
      ['default', ''],
    ] as const) {
      const guest = await operatorOf(engine, user, password);
      for (const [command, ...rest] of forbidden) await rejects(guest.call(command, ...rest), /NOPERM|NOAUTH/);
      guest.disconnect();
    }
  });

  const plain = 'redis://127.0.0.1:1';
  for (const [what, wrong, says] of [
    ['a wrong password', () => ({ ...settings, password: 'wrong' }), /REDIS_PASSWORD_FILE/],
    ['a user who is not there', () => ({ ...settings, username: 'nobody' }), /REDIS_USERNAME/],
    ['an authority that did not sign', () => ({ ...settings, ca: foreignAuthority }), /REDIS_CA_FILE/],
    ['keys that the user may not use', () => ({ ...settings, keyPrefix: 'other:' }), /REDIS_USERNAME.*keys/],
    ['no user at all', () => ({ url: settings.url, ca: settings.ca ?? '' }), /REDIS_USERNAME/],
    ['plaintext where TLS is required', () => ({ ...settings, url: plain }), /REDIS_(URL|CA_FILE)/],
  ] as const satisfies readonly (readonly [string, () => RedisSettings, RegExp])[])
    it(`says what is wrong: ${what}`, async () => {
      await rejects(
        async () => {
          const opened = openRedis(wrong(), { secret });
          try {
            await opened.ready();
          } finally {
            await opened.close();
          }
        },
        (error) => {
          ok(isKind(error, 'misconfigured'), String(error));
          match(error.message, says);
          ok(!error.message.includes(settings.password ?? ''));
          return true;
        },
      );
    });
});
