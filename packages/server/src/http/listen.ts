import { type Server, type ServerResponse, createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
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

type Connection = {
  readonly inFlight: Set<ServerResponse>;
  /** `fresh`: nothing was asked on it yet, so a request may be on its way. */
  state: 'fresh' | 'used';
};

/** The server's connections and what each has in flight: node:http takes one that never asked anything for busy. */
const trackConnections = (server: Server, onDone: (socket: Socket) => void): ReadonlyMap<Socket, Connection> => {
  const connections = new Map<Socket, Connection>();
  server.on('connection', (socket) => {
    connections.set(socket, { inFlight: new Set(), state: 'fresh' });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, res) => {
    const connection = connections.get(socket);
    if (connection !== undefined) connection.state = 'used';
    connection?.inFlight.add(res);
    res.once('close', () => {
      connection?.inFlight.delete(res);
      onDone(socket);
    });
  });
  return connections;
};

/** How long a connection that was opened just before the end may take to ask. */
const freshMs = 500;

/** Serves the app. Rejects with the system's error (EADDRINUSE …) if it cannot. */
export const listen = async (app: Express, { host, port, drainMs = 10_000 }: ListenOptions): Promise<Listening> => {
  const server = createServer(TIMEOUTS);
  let phase: 'serving' | 'draining' | 'last-call' = 'serving';
  const closeIfIdle = (socket: Socket): void => {
    const { inFlight, state } = connections.get(socket) ?? { inFlight: { size: 0 }, state: 'used' };
    const isAwaited = state === 'fresh' && phase === 'draining';
    if (phase !== 'serving' && inFlight.size === 0 && !isAwaited) socket.destroySoon();
  };
  const connections = trackConnections(server, closeIfIdle);
  server.on('request', (req, res) => {
    if (phase !== 'serving') res.setHeader('Connection', 'close');
    app(req, res);
  });
  const started = Promise.withResolvers<void>();
  server.once('error', started.reject);
  server.listen(port, host, () => started.resolve());
  await started.promise;
  server.off('error', started.reject);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;

  const drain = async (): Promise<void> => {
    phase = 'draining';
    // The system has accepted what waits in its queue: closing at once would reset it, and a write's author would not know.
    await turnOfTheLoop();
    await turnOfTheLoop();
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    for (const [socket, { inFlight }] of connections) {
      for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
      closeIfIdle(socket);
    }
    const lastCall = setTimeout(() => {
      phase = 'last-call';
      for (const socket of connections.keys()) closeIfIdle(socket);
    }, freshMs);
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed.promise;
    clearTimeout(lastCall);
    clearTimeout(timer);
  };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => (closing ??= drain()),
  };
};
