import { X509Certificate } from 'node:crypto';
import { ChartsealError, largestCachedValue } from '@chartseal/ports';
import { Redis } from 'ioredis';
import { envelopeBytes } from './envelope.ts';
import { guardedConnector } from './guarded-connector.ts';

export type RedisSettings = {
  /** `rediss://host:port`, or `redis://` in plaintext, with `/<number>` for another database than 0. */
  readonly url: string;
  /** ACL user. It needs PING, GET and SET on the keys `<keyPrefix>*`. */
  readonly username?: string;
  readonly password?: string;
  /** PEM; without it the system's authorities count. */
  readonly ca?: string;
  /** Refuses plaintext, and a client that does not prove who it is. */
  readonly requireTls?: boolean;
  /** What names of keys begin with; `chartseal:` where it is not said. */
  readonly keyPrefix?: string;
};

const misconfigured = (message: string): ChartsealError => new ChartsealError('misconfigured', message);

const parsed = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRight =
    url !== undefined &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    /^(\/\d*)?$/.test(url.pathname) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isRight) return url;
  throw misconfigured('REDIS_URL is wrong: set it to rediss://host:port, without user and password');
};

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
};

/** @throws ChartsealError `misconfigured`, naming the variable; never its value */
export const checkSettings = ({ url, username, password, ca, requireTls = false }: RedisSettings): URL => {
  const address = parsed(url);
  const isTls = address.protocol === 'rediss:';
  if (ca !== undefined && !isCertificate(ca))
    throw misconfigured('REDIS_CA_FILE is wrong: it holds no certificate (PEM)');
  if (ca !== undefined && !isTls) throw misconfigured('REDIS_CA_FILE is for TLS: set REDIS_URL to rediss://host:port');
  if ((username === undefined) !== (password === undefined))
    throw misconfigured('REDIS_USERNAME and REDIS_PASSWORD_FILE are both needed, or neither');
  if (!requireTls) return address;
  if (!isTls) throw misconfigured('REDIS_URL is plaintext, which is refused here: set it to rediss://host:port');
  if (username === undefined)
    throw misconfigured('REDIS_USERNAME is missing: a Redis that anyone may use is refused here; set up an ACL user');
  return address;
};

const longestReconnectMs = 2000;
/** A connection that owes an answer for so long is given up. */
const silentMs = 1000;

/** Connects when it is told to, and again by itself. It queues nothing: what cannot be asked at once is a miss. */
export const clientOf = (settings: RedisSettings): Redis => {
  const { protocol, hostname, port, pathname } = checkSettings(settings);
  const { username, password, ca } = settings;
  const tls = protocol === 'rediss:' ? (ca === undefined ? {} : { ca }) : undefined;
  // A host that is an IPv6 address has brackets in a URL.
  const address = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port === '' ? 6379 : port) };
  return new Redis({
    ...address,
    Connector: guardedConnector(address, tls, largestCachedValue + envelopeBytes),
    db: Number(pathname.slice(1)),
    ...(username === undefined || password === undefined ? {} : { username, password }),
    ...(tls === undefined ? {} : { tls }),
    protocol: 2,
    lazyConnect: true,
    connectTimeout: silentMs,
    socketTimeout: silentMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // It would need INFO, and CLIENT SETINFO.
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: (times) => Math.min(longestReconnectMs, 50 * 2 ** Math.min(times, 10)),
  });
};
