import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect often rather than grow: its heap otherwise follows the machine's memory, not what is held (ADR 0023). Called before anything
 * else, while the heap is small.
 */
export const spareMemory = (): void => {
  // By how much the heap may exceed what was held after a collection, before the next; V8's own choice is up to threefold.
  setFlagsFromString('--heap-growing-percent=20');
  // The space of young objects stays as large as it is now.
  setFlagsFromString('--semi-space-growth-factor=1');
};
