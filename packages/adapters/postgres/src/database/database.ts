import { Pool } from 'pg';
import type { PoolClient, QueryResultRow } from 'pg';
import { ChartsealError } from '@chartseal/ports';
import { connectFault } from './connect-fault.ts';
import { asChartsealError, isConnectionLoss } from './pg-error.ts';
import { checkSettings, connectionOf } from './settings.ts';
import type { PostgresSettings } from './settings.ts';

/** A statement. One with a name is prepared once for each connection. */
export type Statement = { readonly name?: string; readonly text: string; readonly values?: readonly unknown[] };

/** Where statements run: any connection, or a transaction's. Errors are the driver's own. */
export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]>;
}

/** A connection kept for its session: advisory locks live as long as it. */
export type Session = Queryable & {
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal;
  release(): void;
};

const runOn = async <Row extends QueryResultRow>(
  client: Pick<PoolClient, 'query'>,
  { name, text, values = [] }: Statement,
): Promise<readonly Row[]> =>
  (await client.query<Row>({ ...(name === undefined ? {} : { name }), text, values: [...values] })).rows;

export class Database implements Queryable {
  readonly #pool: Pool;

  /** @throws ChartsealError `misconfigured`, naming the setting */
  constructor(settings: PostgresSettings) {
    checkSettings(settings);
    this.#pool = new Pool({
      ...connectionOf(settings),
      max: settings.poolSize ?? 20,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      application_name: 'chartseal',
      statement_timeout: 300_000,
      idle_in_transaction_session_timeout: 300_000,
    });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on('error', () => {});
    // So would one that the server ends in the moment between its connection and its first use.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /**
   * That the server lets us in.
   * @throws ChartsealError `misconfigured` if it will not, whatever time passes; `store-unavailable`
   */
  async reach(): Promise<void> {
    try {
      (await this.#pool.connect()).release();
    } catch (error) {
      throw connectFault(error);
    }
  }

  /** One statement, its own transaction. */
  async query<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> {
    const client = await this.#connect();
    try {
      const rows = await runOn<Row>(client, statement);
      client.release();
      return rows;
    } catch (error) {
      client.release(isConnectionLoss(error));
      throw error;
    }
  }

  /** A query that changes nothing: again on a fresh connection if its own broke. Errors are ChartsealErrors. */
  async read<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> {
    try {
      return await this.query<Row>(statement);
    } catch (error) {
      if (!isConnectionLoss(error)) throw asChartsealError(error);
    }
    return this.query<Row>(statement).catch((error: unknown) => {
      throw asChartsealError(error);
    });
  }

  /**
   * READ COMMITTED. Rejects with the driver's error (nothing was changed), or with `outcome-unknown` if the connection
   * broke at the COMMIT.
   */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      await client.query('begin');
      const result = await work({ query: (statement) => runOn(client, statement) });
      await this.#commit(client);
      client.release();
      return result;
    } catch (error) {
      const isSound = await client.query('rollback').then(
        () => true,
        () => false,
      );
      client.release(!isSound);
      throw error;
    }
  }

  async session(): Promise<Session> {
    const client = await this.#connect();
    const lost = new AbortController();
    const onError = (): void => lost.abort();
    client.on('error', onError);
    client.on('end', onError);
    return {
      lost: lost.signal,
      query: (statement) => runOn(client, statement),
      // Closed, not put back: that ends its advisory locks.
      release: () => client.release(true),
    };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch {
      throw new ChartsealError('store-unavailable', 'the store cannot be reached');
    }
  }

  async #commit(client: PoolClient): Promise<void> {
    try {
      await client.query('commit');
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      throw new ChartsealError('outcome-unknown', 'the store was lost while it committed');
    }
  }
}
