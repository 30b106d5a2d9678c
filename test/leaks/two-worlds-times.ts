/** Whether two worlds take as long to answer: medians of many requests, sent one by one in turns, so that whatever else goes on meets both. */

/** Resolves when the answer is there. */
export type Ask = () => Promise<void>;

export type Medians = { readonly aMs: number; readonly bMs: number; readonly differenceMs: number };

/** By how much the medians may differ (`C7`), in milliseconds. */
export const mostDifferenceMs = 1;

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
};

const timed = async (ask: Ask, into: number[]): Promise<void> => {
  const began = performance.now();
  await ask();
  into.push(performance.now() - began);
};

/** `busy`: most answers took far longer than the fastest did, so that the machine decides and not the gateway. */
export type Machine = 'calm' | 'busy';

const machineOf = ({ a, b }: Times): Machine => {
  const fastest = Math.min(...a, ...b);
  return Math.max(medianOf(a), medianOf(b)) > fastest * 1.25 + 1 ? 'busy' : 'calm';
};

/** In milliseconds. */
type Times = { readonly a: number[]; readonly b: number[] };

/**
 * One request after the other, either world first in turn: with several at once each would wait for the others, and tell of their work.
 * @param times what is known already, and goes into the medians
 */
export const compareTimes = async (
  a: Ask,
  b: Ask,
  rounds: number,
  times: Times = { a: [], b: [] },
): Promise<Medians> => {
  for (let round = 0; round < rounds; round += 1) {
    const turns = [() => timed(a, times.a), () => timed(b, times.b)];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const [aMs, bMs] = [medianOf(times.a), medianOf(times.b)];
  return { aMs, bMs, differenceMs: Math.abs(aMs - bMs) };
};

/** How often it is asked again. */
const attempts = 3;

/**
 * The medians, from as many attempts as it takes until they hardly differ: each adds to what is known. What other programs of the machine do evens
 * out so; a leak stays.
 */
export const settledTimes = async (
  a: Ask,
  b: Ask,
  rounds: number,
): Promise<Medians & { readonly rounds: number; readonly machine: Machine }> => {
  const times: Times = { a: [], b: [] };
  for (let attempt = 1; ; attempt += 1) {
    const medians = await compareTimes(a, b, rounds, times);
    if (medians.differenceMs <= mostDifferenceMs || attempt === attempts)
      return { ...medians, rounds: times.a.length, machine: machineOf(times) };
  }
};
