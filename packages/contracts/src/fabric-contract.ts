import { createRequire } from 'node:module';
import type * as ContractApi from 'fabric-contract-api';

const events = ['uncaughtException', 'unhandledRejection'] as const;
const listeners = () => events.map((event) => ({ event, known: new Set<unknown>(process.rawListeners(event)) }));

// Its logger takes hold of whatever nobody caught, prints it, and lets the process live on broken. That is not a library's to decide.
const before = listeners();
const { Contract } = createRequire(import.meta.url)('fabric-contract-api') as typeof ContractApi;
for (const { event, known } of before)
  for (const listener of process.rawListeners(event))
    if (!known.has(listener)) process.off(event, listener as () => void);

/** The base of the contracts, as fabric-contract-api has it. */
export { Contract };
