export { spareMemory } from './spare-memory.ts';
