import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, type CommonRedisOptions } from 'ioredis';
import { ReplyGuard } from './reply-guard.ts';

export type Address = { readonly host: string; readonly port: number };

const disconnectTimeoutMs = 500;

/** Connects like the driver's own connector, and ends a connection before the driver sees bytes that are no reply to what we ask. */
export const guardedConnector = (
  address: Address,
  tls: ConnectionOptions | undefined,
  largestReply: number,
): NonNullable<CommonRedisOptions['Connector']> =>
  class GuardedConnector extends AbstractConnector {
    constructor() {
      super(disconnectTimeoutMs);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      const socket = tls === undefined ? connectPlain({ ...address }) : connectTls({ ...address, ...tls });
      this.stream = guarded(socket, new ReplyGuard(largestReply));
      socket.once('error', (error) => {
        this.firstError = error;
      });
      return socket;
    }
  };

/** The driver listens for `data` before everyone else, so that the event itself is what can be held back. */
const guarded = (socket: Socket, guard: ReplyGuard): Socket => {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean;
  let isRefused = false;
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...values);
    if (isRefused) return true;
    isRefused = !(values[0] instanceof Buffer && guard.accepts(values[0]));
    if (!isRefused) return emit(event, ...values);
    socket.destroy(Object.assign(new Error('Redis talks nonsense'), { code: 'ERR_REDIS_NONSENSE' }));
    return true;
  };
  return socket;
};
