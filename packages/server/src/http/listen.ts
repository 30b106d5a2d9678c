import { type ServerResponse, createServer } from 'node:http';
import type { Express } from 'express';

export type Listening = {
  /** `http://host:port`, with the port that the system gave where 0 was asked for. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets what is in flight finish (at most `drainMs`), then closes. */
  close(): Promise<void>;
};

export type ListenOptions = { readonly host: string; readonly port: number; readonly drainMs?: number };

/** A slow client holds a socket, never for ever: 10 s for the headers, 5 min for 50 MiB over a thin line. */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2000,
};

/** Serves the app. Rejects with the system's error (EADDRINUSE …) if it cannot. */
export const listen = async (app: Express, { host, port, drainMs = 10_000 }: ListenOptions): Promise<Listening> => {
  const inFlight = new Set<ServerResponse>();
  let draining = false;
  const server = createServer(TIMEOUTS, (req, res) => {
    inFlight.add(res);
    if (draining) res.setHeader('Connection', 'close');
    res.once('close', () => {
      inFlight.delete(res);
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
    void app(req, res);
  });
  const started = Promise.withResolvers<void>();
  server.once('error', started.reject);
  server.listen(port, host, () => started.resolve());
  await started.promise;
  server.off('error', started.reject);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;

  const drain = async (): Promise<void> => {
    draining = true;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed.promise;
    clearTimeout(timer);
  };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => (closing ??= drain()),
  };
};
