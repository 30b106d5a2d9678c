import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect often rather than grow: its heap otherwise follows the machine's memory, not what is held (ADR 0023). Called before anything
 * else, while the heap is small.
 */
export const spareMemory = (): void => {
  setFlagsFromString('--optimize-for-size');
  // The space of young objects stays as large as it is now.
  setFlagsFromString('--semi-space-growth-factor=1');
};
