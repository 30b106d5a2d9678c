/** Whoever runs Redis, and may do everything with it. */
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { NativeEngine } from './native-engine.ts';

export type RedisOperator = Redis & { readonly pid: number };

/** `user`: another than the operator. */
export const operatorOf = async (engine: NativeEngine, user?: string, password?: string): Promise<RedisOperator> => {
  const env = await engine.environment('operator');
  const { hostname: host, port } = new URL(env['REDIS_URL'] ?? '');
  const client = new Redis({
    host,
    port: Number(port),
    tls: { ca: readFileSync(env['REDIS_CA_FILE'] ?? '', 'utf8') },
    ...(user === 'default'
      ? {}
      : {
          username: user ?? env['REDIS_USERNAME'] ?? '',
          password: password ?? readFileSync(env['REDIS_PASSWORD_FILE'] ?? '', 'utf8').trim(),
        }),
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => {});
  const [, pid] = /pid (\d+)/.exec(await engine.script('status')) ?? [];
  return Object.assign(client, { pid: Number(pid) });
};
