/**
 * One after the other, in the order of arrival: what takes so much memory that two at once would take too much. Whoever waits for a turn has
 * read nothing yet, so its client is held back by the network and not by this process's memory.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const turn = before.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
