import type { LeafRange } from '@chartseal/tlog';

/** What statements say of leaves, joined: as many as there are, it is asked of each version. */
export class LeafRanges {
  /** Ascending, with a gap between any two. */
  readonly all: readonly LeafRange[];

  constructor(ranges: readonly LeafRange[]) {
    const joined: [number, number][] = [];
    for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
      const before = joined.at(-1);
      if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
      else joined.push([first, last]);
    }
    this.all = joined;
  }

  has(leafIndex: number): boolean {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.[1] ?? 0) < leafIndex) low = middle + 1;
      else high = middle;
    }
    return leafIndex >= (this.all[low]?.[0] ?? Infinity);
  }

  /** The parts of a range that are in none. */
  *outside([first, last]: LeafRange): Generator<LeafRange> {
    let next = first;
    for (const [from, to] of this.all) {
      if (to < next) continue;
      if (from > last) break;
      if (from > next) yield [next, from - 1];
      next = to + 1;
    }
    if (next <= last) yield [next, last];
  }
}
