import { spareMemory } from '@chartseal/server/start';

spareMemory();
// What is loaded before that makes a larger heap of it.
const { run } = await import('./run.ts');
await run(process.env, console);
