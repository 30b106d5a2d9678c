import { refuse } from '../refusal.ts';
import { count, list, type Shape } from '../shape.ts';

/** Leaf indexes, from the first to the last of each range, both included; ascending, with a gap between any two. */
export type LeafRanges = readonly (readonly [first: number, last: number])[];

/** What one transaction takes; more go into several statements. */
export const mostLeafRanges = 4096;

const pairs = list(list(count, 2), mostLeafRanges);

export const leafRanges: Shape<LeafRanges> = (value, at) => {
  let next = 0;
  return pairs(value, at).map(([first, last], index) => {
    const isNext = first !== undefined && last !== undefined && first >= next && first <= last;
    if (!isNext) return refuse('malformed', { at: `${at}[${index}]` });
    next = last + 2;
    return [first, last] as const;
  });
};

/** Refuses: malformed where there are none; inconsistent, with lastSize, where the log has not that many leaves on the ledger. */
export function requireBelow(ranges: LeafRanges, treeSize: number): void {
  const last = ranges.at(-1)?.[1];
  if (last === undefined) refuse('malformed', { at: 'leaves' });
  else if (last >= treeSize) refuse('inconsistent', { lastSize: treeSize });
}
