/** Whether two worlds take as long to answer: medians of many requests, sent turn by turn, so that whatever else goes on meets both. */

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

export type Plan = {
  /** How often each world is asked. */
  readonly rounds: number;
  /** Hands that ask, each one world after the other. */
  readonly hands: number;
};

/** In milliseconds. */
type Times = { readonly a: number[]; readonly b: number[] };

/**
 * A hand begins with either world in turn.
 * @param times what is known already, and goes into the medians
 */
export const compareTimes = async (
  a: Ask,
  b: Ask,
  { rounds, hands }: Plan,
  times: Times = { a: [], b: [] },
): Promise<Medians> => {
  let begun = 0;
  const hand = async (): Promise<void> => {
    while (begun < rounds) {
      const isEven = (begun += 1) % 2 === 0;
      const turns = [() => timed(a, times.a), () => timed(b, times.b)];
      for (const turn of isEven ? turns : turns.toReversed()) await turn();
    }
  };
  await Promise.all(Array.from({ length: hands }, hand));
  const [aMs, bMs] = [medianOf(times.a), medianOf(times.b)];
  return { aMs, bMs, differenceMs: Math.abs(aMs - bMs) };
};

const mostHands = 32;
const fewestHands = 6;

/** As many hands as can ask without waiting for one another: with more of them, medians would tell of the queue. */
const calmHands = async (a: Ask, b: Ask, most: number): Promise<number> => {
  const alone = await compareTimes(a, b, { rounds: 10, hands: 1 });
  for (let hands = most; hands > fewestHands; hands /= 2) {
    const { aMs, bMs } = await compareTimes(a, b, { rounds: 4 * hands, hands });
    if (Math.max(aMs, bMs) <= Math.max(alone.aMs, alone.bMs) * 1.2) return hands;
  }
  return fewestHands;
};

/** How often it is asked again, and until when. */
const attempts = 3;
const patienceMs = 50_000;

/**
 * The medians, from as many attempts as it takes until they hardly differ: each adds to what is known, with fewer hands. What other
 * programs of the machine do evens out so; a leak stays.
 */
export const settledTimes = async (
  a: Ask,
  b: Ask,
  rounds: number,
): Promise<Medians & Plan & { readonly machine: Machine }> => {
  const times: Times = { a: [], b: [] };
  const began = performance.now();
  let most = mostHands;
  for (let attempt = 1; ; attempt += 1) {
    const hands = await calmHands(a, b, most);
    const medians = await compareTimes(a, b, { rounds, hands }, times);
    const isLast = attempt === attempts || performance.now() - began > patienceMs;
    if (medians.differenceMs <= mostDifferenceMs || isLast)
      return { ...medians, rounds: times.a.length, hands, machine: machineOf(times) };
    most = Math.max(fewestHands, hands / 2);
  }
};
