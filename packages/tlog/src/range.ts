/** How a range of leaves falls into complete subtrees (RFC 9162 §2.1.2): what proofs and compact trees are made of. */

/** The complete subtree of 2^level leaves that starts at leaf index · 2^level. */
export type Node = { readonly level: number; readonly index: number };

/** RFC 9162 §2.1.1, `k`: largest power of two that is less than `size`; `size` > 1. */
export const splitPoint = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};

/** The complete subtrees that make up [begin, end), left to right. `begin` is a multiple of every subtree's width. */
export const completeSubtrees = (begin: number, end: number): readonly Node[] => {
  const nodes: Node[] = [];
  let at = begin;
  while (at < end) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
};
