import { ChartsealError } from '@chartseal/ports';
import type { PoolConfig } from 'pg';

export type PostgresSettings = {
  /** A name or an address; or the directory of a Unix socket, which needs no TLS: nothing leaves the machine. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  /**
   * PEM. Always what libpq calls verify-full: the server's certificate must come from `ca` and name the host. `cert` and `key` are the
   * client's own.
   */
  readonly ssl?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** Refuses plaintext, and a connection on which this client does not prove who it is. */
  readonly requireTls?: boolean;
  /** Connections at most; 20 unless told. */
  readonly poolSize?: number;
  /** How long one statement may take; 30 s unless told. A server that does not answer at all is given up 5 s later. */
  readonly statementTimeoutMs?: number;
};

const misconfigured = (message: string): ChartsealError => new ChartsealError('misconfigured', message);

export const isSocket = ({ host }: Pick<PostgresSettings, 'host'>): boolean => host.startsWith('/');

const certificate = /-----BEGIN CERTIFICATE-----/;

/** @throws ChartsealError `misconfigured`, naming the setting */
export function checkSettings(settings: PostgresSettings): void {
  const { ssl, password, requireTls = false } = settings;
  // A caller without types could slip in what the driver understands and this adapter does not offer.
  const others = Object.keys(ssl ?? {}).filter((name) => !['ca', 'cert', 'key'].includes(name));
  if (others.length > 0)
    throw misconfigured(`PostgreSQL's TLS takes ca, cert and key alone: remove ssl.${others.join(', ssl.')}`);
  if (ssl !== undefined && !certificate.test(ssl.ca))
    throw misconfigured('PostgreSQL’s authority is no certificate in PEM (POSTGRES_CA_FILE)');
  if ((ssl?.cert === undefined) !== (ssl?.key === undefined))
    throw misconfigured('PostgreSQL needs both ssl.cert and ssl.key, or neither');
  if (isSocket(settings)) {
    if (ssl !== undefined) throw misconfigured('PostgreSQL speaks no TLS on a Unix socket: leave ssl out');
    return;
  }
  if (!requireTls) return;
  if (ssl === undefined)
    throw misconfigured(
      'PostgreSQL in plaintext is refused: name the authority of its certificate in POSTGRES_CA_FILE',
    );
  if (password === undefined && ssl.cert === undefined)
    throw misconfigured('PostgreSQL without authentication is refused: name the password in POSTGRES_PASSWORD_FILE');
}

/** For the driver. All is said, since what is not said it takes from PGHOST, PGSSLMODE and their like. */
export const connectionOf = ({
  host,
  port,
  user,
  database,
  password,
  ssl,
}: PostgresSettings): Pick<PoolConfig, 'host' | 'port' | 'user' | 'database' | 'password' | 'ssl'> => ({
  host,
  port,
  user,
  database,
  password: password ?? '',
  ssl: ssl === undefined ? false : { ...ssl, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
});
