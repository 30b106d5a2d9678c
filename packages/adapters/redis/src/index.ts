export { openRedis, type RedisCache, type RedisOptions } from './open-redis.ts';
export type { RedisSettings } from './settings.ts';
