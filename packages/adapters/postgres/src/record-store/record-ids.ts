import type { Queryable } from '../database/database.ts';

const blockSize = 1000;

/** Identities of new records: each process takes blocks from a sequence, so that a write needs no answer to go on. */
export class RecordIds {
  readonly #database: Queryable;
  #next = 0;
  #end = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** In ascending order. */
  take(count: number): Promise<readonly number[]> {
    const taken = this.#last.then(() => this.#take(count));
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  async #take(count: number): Promise<readonly number[]> {
    const ids: number[] = [];
    while (ids.length < count) {
      if (this.#next === this.#end) await this.#refill();
      ids.push(this.#next);
      this.#next += 1;
    }
    return ids;
  }

  async #refill(): Promise<void> {
    const text = `select nextval('record_block') as block`;
    const [row] = await this.#database.query<{ block: string }>({ name: 'record-block', text });
    this.#next = Number(row?.block) * blockSize;
    this.#end = this.#next + blockSize;
  }
}
