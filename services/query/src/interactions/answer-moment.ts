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
  /**
   * Resolves shortly before the next moment: time for a last look (C10). What it answers waits for that moment, and tells if it was
   * past already.
   */
  approached(): Promise<() => Promise<'in-time' | 'late'>>;
  /** Resolves at the next moment. */
  reached(): Promise<void>;
};

/** How much of a step a last look may take. */
const shareOfLook = 0.4;

/** @param stepMs `ANSWER_STEP_MS`; 0: the moment is now */
export const answerMoment = (clock: Clock, stepMs: number, interaction: Interaction): AnswerMoment => {
  const arrivedMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - arrivedMs;
  const lookMs = stepMs * shareOfLook;
  const next = (leastMs: number): number =>
    stepMs === 0 ? 0 : momentAfter(elapsedMs() + leastMs, stepMs * firstSteps(interaction));
  const until = async (momentMs: number): Promise<void> => {
    // A timer may fire some microseconds early.
    for (let left = momentMs - elapsedMs(); left > 0; left = momentMs - elapsedMs()) await sleep(Math.ceil(left));
  };
  return {
    async approached() {
      const moment = next(lookMs);
      await until(moment - lookMs);
      return async () => {
        if (stepMs > 0 && elapsedMs() > moment) return 'late';
        await until(moment);
        return 'in-time';
      };
    },
    reached: async () => until(next(0)),
  };
};
