import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

/** Until the ledger has it. */
export const proved = async (stage: Stage, reference: string): Promise<void> => {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if ((await stage.own(`${reference}/$proof`)).status === 200) return;
    await sleep(100);
  }
  throw new Error('was not anchored in time');
};
