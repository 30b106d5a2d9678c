/**
 * When an answer to another organisation leaves (C7). How long it took to find out tells what was looked at, the withheld included:
 * so it leaves at one of few moments after its arrival, whatever came of it, and an error too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@chartseal/server';
import type { Interaction } from './interaction.ts';

/** How many steps the first moment is after the arrival: more than such a request takes where nothing else goes on. */
const firstMoment = {
  read: 1,
  vread: 1,
  meta: 1,
  proof: 1,
  'record-by-handle': 1,
  'history-instance': 2,
  search: 2,
  history: 2,
  'meta-of-all': 2,
  everything: 2,
  'everything-of-all': 2,
  lastn: 2,
  match: 2,
} as const satisfies Record<Interaction['kind'], number>;

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
export const answerMoment = (clock: Clock, stepMs: number, { kind }: Interaction): AnswerMoment => {
  const arrivedMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - arrivedMs;
  return {
    async reached() {
      if (stepMs === 0) return;
      const moment = momentAfter(elapsedMs(), stepMs * firstMoment[kind]);
      // A timer may fire some microseconds early.
      for (let left = moment - elapsedMs(); left > 0; left = moment - elapsedMs()) await sleep(Math.ceil(left));
    },
  };
};
