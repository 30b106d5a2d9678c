/**
 * When an answer to another organisation leaves (C7). How long it took to find out tells what was looked at, the withheld included:
 * so it leaves at one of few moments after its arrival, whatever came of it, and an error too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@chartseal/server';
import type { Interaction } from './interaction.ts';

/** What asks for one record by its name. */
const ofOne: ReadonlySet<Interaction['kind']> = new Set(['read', 'vread', 'meta', 'proof', 'record-by-handle']);

/** How many steps the first moment is after the arrival: more than such a request takes where nothing else goes on. */
const firstSteps = ({ kind }: Interaction): number => (ofOne.has(kind) ? 1 : 2);

/** From here on moments are as far apart as this, and no more. */
const widestMs = 1000;

/**
 * The first moment that is not past: `firstMs`, twice that, four times that, and so on; from a second on, a second apart or as far as
 * the first one. All in milliseconds after the arrival.
 */
export const momentAfter = (elapsedMs: number, firstMs: number): number => {
  let moment = firstMs;
  while (moment < elapsedMs) moment += Math.min(moment, Math.max(widestMs, firstMs));
  return moment;
};

export type AnswerMoment = {
  /** Resolves at the next of the moments. */
  reached(): Promise<void>;
};

/** @param stepMs `ANSWER_STEP_MS`; 0: the moment is now */
export const answerMoment = (clock: Clock, stepMs: number, interaction: Interaction): AnswerMoment => {
  const arrivedMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - arrivedMs;
  return {
    async reached() {
      if (stepMs === 0) return;
      const moment = momentAfter(elapsedMs(), stepMs * firstSteps(interaction));
      // A timer may fire some microseconds early.
      for (let left = moment - elapsedMs(); left > 0; left = moment - elapsedMs()) await sleep(Math.ceil(left));
    },
  };
};
