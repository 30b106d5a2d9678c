import { Client, Pool } from 'pg';
import type { PoolClient, QueryResultRow } from 'pg';
import { ChartsealError } from '@chartseal/ports';
import { connectFault } from './connect-fault.ts';
import { asChartsealError, isConnectionLoss, isSilence, isUseless } from './pg-error.ts';
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

const connectionTimeoutMillis = 10_000;

const isRolledBack = (client: Pick<PoolClient, 'query'>): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false,
  );

/** Of a COMMIT: nobody knows whether the server has made it before it was lost. */
const asUnknown = (error: unknown): never => {
  if (!isConnectionLoss(error)) throw error;
  throw new ChartsealError('outcome-unknown', 'the store was lost while it committed');
};

export class Database implements Queryable {
  readonly #pool: Pool;
  readonly #settings: PostgresSettings;

  /** @throws ChartsealError `misconfigured`, naming the setting */
  constructor(settings: PostgresSettings) {
    checkSettings(settings);
    this.#settings = settings;
    const { poolSize = 20, statementTimeoutMs = 30_000 } = settings;
    this.#pool = new Pool({
      ...connectionOf(settings),
      max: poolSize,
      connectionTimeoutMillis,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'chartseal',
      statement_timeout: statementTimeoutMs,
      // Ours, for a server or a network that says nothing any more; the server's own comes first.
      query_timeout: statementTimeoutMs + 5000,
      // A process that stands still must not keep its locks.
      idle_in_transaction_session_timeout: 15_000,
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
    const client = new Client({ ...connectionOf(this.#settings), connectionTimeoutMillis });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      throw connectFault(error);
    } finally {
      // Also after a failure: the driver may leave the connection open, and the process would wait for the server to close it.
      client.end().catch(() => undefined);
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
      client.release(isUseless(error));
      throw error;
    }
  }

  /** A query that changes nothing: again on a fresh connection if its own broke. Errors are ChartsealErrors. */
  async read<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> {
    try {
      return await this.query<Row>(statement);
    } catch (error) {
      if (!isConnectionLoss(error) || isSilence(error)) throw asChartsealError(error);
    }
    return this.query<Row>(statement).catch((error: unknown) => {
      throw asChartsealError(error);
    });
  }

  /** One statement that changes something, never repeated here. Errors are ChartsealErrors. */
  async write<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> {
    try {
      return await this.query<Row>(statement);
    } catch (error) {
      throw asChartsealError(error);
    }
  }

  /**
   * READ COMMITTED. Rejects with the driver's error (nothing was changed), or with `outcome-unknown` if the connection
   * broke at the COMMIT.
   */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let isLost = false;
    const query = async <Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> => {
      try {
        return await runOn<Row>(client, statement);
      } catch (error) {
        isLost ||= isUseless(error);
        throw error;
      }
    };
    try {
      await query({ text: 'begin' });
      const result = await work({ query });
      await query({ text: 'commit' }).catch(asUnknown);
      client.release();
      return result;
    } catch (error) {
      client.release(isLost || !(await isRolledBack(client)));
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
}
