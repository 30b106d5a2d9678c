/** Runs `work` on every item, a few at a time. */
export const each = async <T>(items: Iterable<T>, width: number, work: (item: T) => Promise<void>): Promise<void> => {
  const waiting = [...items].values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
};
