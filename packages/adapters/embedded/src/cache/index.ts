export { openMemoryCache, type MemoryCacheOptions } from './memory-cache.ts';
