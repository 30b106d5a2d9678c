import { findRunningPostgres, openEmbeddedPostgres, type ConnectionSettings } from '@chartseal/embedded';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { layout } from './compose-engines.ts';

/**
 * The stores of a data directory for an operator's command: those of the gateway that runs on it, else PostgreSQL is started for as long
 * as the command needs it.
 */
export const composeOperation = async (
  dataDirectory: string,
): Promise<AsyncDisposable & { readonly stores: PostgresStores; readonly connection: ConnectionSettings }> => {
  const paths = layout(dataDirectory);
  await using opening = new AsyncDisposableStack();
  let connection = await findRunningPostgres(paths.postgres);
  if (connection === undefined) {
    const postgres = await openEmbeddedPostgres({ dataDirectory: paths.postgres, log: () => undefined });
    opening.defer(() => postgres.close({ stop: true }));
    ({ connection } = postgres);
  }
  const stores = await openPostgres(connection);
  opening.defer(() => stores.close());
  const stack = opening.move();
  return { stores, connection, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
