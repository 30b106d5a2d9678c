/** Law 4 of Cache: whatever listens where Redis should be, callers get misses within the bound, and the process lives. */
import { equal, match, ok, rejects } from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheBoundMs, isKind } from '@chartseal/ports';
import { openRedis } from './index.ts';

type Behaviour = (socket: Socket, chunk: Buffer) => void;

const behaviours: Readonly<Record<string, Behaviour>> = {
  'says nothing': () => {},
  'hangs up': (socket) => socket.destroy(),
  'talks HTTP': (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'sends bytes of no meaning': (socket) => void socket.write(Buffer.alloc(100_000, 0x80)),
  'answers each question with a push frame that drivers trip over': (socket) => void socket.write('>1\r\n_\r\n'),
  'answers with arrays in arrays': (socket) => void socket.write('*1\r\n'.repeat(200_000)),
  'announces half a gigabyte': (socket) => void socket.write('$536870912\r\n'),
  'answers more than it was asked': (socket) => void socket.write('$3\r\nabc\r\n'.repeat(1000)),
  'answers an integer': (socket) => void socket.write(':1\r\n'),
  'answers a value that nobody set': (socket) => void socket.write('$40\r\n' + 'x'.repeat(40) + '\r\n'),
  'answers an error without a code': (socket) => void socket.write('-\r\n'),
  'is out of memory': (socket) => void socket.write("-OOM command not allowed when used memory > 'maxmemory'.\r\n"),
  'answers byte by byte': (socket) => {
    const timer = setInterval(() => socket.write('$'), 20);
    socket.once('close', () => clearInterval(timer));
  },
};

const serve = async (behaviour: Behaviour): Promise<AsyncDisposable & { readonly port: number }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => behaviour(socket, chunk));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

const slackMs = 100;
const secret = new Uint8Array(32);
const login = { username: 'chartseal', password: 's3cret' };

describe('a server that is no Redis', () => {
  for (const [name, behaviour] of Object.entries(behaviours))
    for (const credentials of [{}, login])
      it(`${name}${credentials === login ? ', and at once' : ''}`, async () => {
        await using server = await serve(behaviour);
        const redis = openRedis({ url: `redis://127.0.0.1:${server.port}`, ...credentials }, { secret });
        try {
          for (let round = 0; round < 12; round += 1) {
            const started = performance.now();
            equal(await redis.cache.get('key'), undefined);
            await redis.cache.set('key', new Uint8Array(10), 1000);
            ok(performance.now() - started < 2 * cacheBoundMs + slackMs);
            await sleep(20);
          }
          const { hits } = redis.cache.stats();
          equal(hits, 0);
        } finally {
          await redis.close();
        }
      });

  it('is told apart from one that is away', async () => {
    await using http = await serve((socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const wrong = openRedis({ url: `redis://127.0.0.1:${http.port}`, ...login }, { secret });
    await rejects(wrong.ready(), (error) => {
      ok(isKind(error, 'misconfigured'));
      match(error.message, /REDIS_URL/);
      return true;
    });
    await wrong.close();
    const gone = openRedis({ url: 'redis://127.0.0.1:1' }, { secret });
    await rejects(gone.ready(), (error) => isKind(error, 'store-unavailable'));
    await gone.close();
  });
});
