import { type Server, type ServerResponse, createServer } from 'node:http';
import type { Socket } from 'node:net';
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

/** The server's connections and how many requests each has in flight: node:http takes one that never asked anything for busy. */
const trackConnections = (server: Server, onDone: (socket: Socket) => void): Map<Socket, Set<ServerResponse>> => {
  const connections = new Map<Socket, Set<ServerResponse>>();
  server.on('connection', (socket) => {
    connections.set(socket, new Set());
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, res) => {
    connections.get(socket)?.add(res);
    res.once('close', () => {
      connections.get(socket)?.delete(res);
      onDone(socket);
    });
  });
  return connections;
};

/** Serves the app. Rejects with the system's error (EADDRINUSE …) if it cannot. */
export const listen = async (app: Express, { host, port, drainMs = 10_000 }: ListenOptions): Promise<Listening> => {
  const server = createServer(TIMEOUTS);
  let draining = false;
  const closeIfIdle = (socket: Socket): void => {
    if (draining && (connections.get(socket)?.size ?? 0) === 0) socket.destroySoon();
  };
  const connections = trackConnections(server, closeIfIdle);
  server.on('request', (req, res) => {
    if (draining) res.setHeader('Connection', 'close');
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
    draining = true;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    for (const [socket, inFlight] of connections) {
      for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
      closeIfIdle(socket);
    }
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
