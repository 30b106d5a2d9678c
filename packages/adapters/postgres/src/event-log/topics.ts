import type { Database } from '../database/database.ts';

/** Topics' numbers; a topic is made when it is first named. */
export class Topics {
  readonly #database: Database;
  readonly #known = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  async id(name: string): Promise<number> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    await this.#database.query({ text: 'insert into topic (name) values ($1) on conflict do nothing', values: [name] });
    const text = 'select id from topic where name = $1';
    const [row] = await this.#database.query<{ id: number }>({ text, values: [name] });
    const id = row?.id ?? 0;
    this.#known.set(name, id);
    return id;
  }
}
