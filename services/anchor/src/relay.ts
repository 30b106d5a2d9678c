import type { AnchorDependencies } from './dependencies.ts';

const batchSize = 500;

/** Moves what writers left in the outbox to the event log until nothing is left. @returns how many events moved */
export const relay = async ({ outbox, events }: AnchorDependencies): Promise<number> => {
  let moved = 0;
  for (;;) {
    const count = await outbox.drain(batchSize, (batch) => events.publish(batch));
    moved += count;
    if (count === 0) return moved;
  }
};
