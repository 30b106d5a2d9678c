import type { Integrate } from '@chartseal/ports';
import { emptyTree, integrate as integrateEntries, parseTree, serialiseTree } from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';

/** What packages/tlog makes of new entries, in the terms of the log store. */
export const integrate: Integrate = async (head, entries, readTile) => {
  const { tree, tiles } = await integrateEntries(
    sha256,
    head.treeSize === 0 ? emptyTree : parseTree(head.state),
    entries,
    readTile,
  );
  return { head: { treeSize: tree.treeSize, state: serialiseTree(tree) }, tiles };
};
