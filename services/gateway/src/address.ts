import { createServer } from 'node:net';

export type Address = { readonly host: string; readonly port: number; readonly baseUrl: string };

/**
 * Where the gateway will be reached. The directory and every link tell it, so it is known before anything is served; for port 0 one
 * that is free now is chosen.
 */
export const chooseAddress = async ({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<Address> => {
  const chosen = port === 0 ? await freePort(host) : port;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return { host, port: chosen, baseUrl: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${chosen}` };
};

const freePort = async (host: string): Promise<number> => {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(0, host, () => listening.resolve());
  await listening.promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
};
