import { ChartsealError } from '@chartseal/ports';
import type { PostgresSettings } from './settings.ts';

export type UrlSettings = Pick<PostgresSettings, 'requireTls' | 'poolSize'> & {
  /** `postgresql://user@host:port/database`, nothing else: no password, no parameters. */
  readonly url: string;
  readonly password?: string | undefined;
  /** PEM; its presence means TLS with verify-full. */
  readonly ca?: string | undefined;
  /** PEM, the client's own. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

const remedy = 'POSTGRES_URL must be postgresql://user@host:port/database';

const misconfigured = (what: string): ChartsealError => new ChartsealError('misconfigured', `${remedy}: ${what}`);

const parse = (text: string): URL => {
  const url = URL.parse(text);
  if (url === null) throw misconfigured('it is no URL');
  if (url.protocol !== 'postgresql:' && url.protocol !== 'postgres:') throw misconfigured('its scheme is another');
  if (url.password !== '') throw misconfigured('the password goes into the file that POSTGRES_PASSWORD_FILE names');
  // sslmode=prefer, sslmode=no-verify, host=…: each would change what is verified.
  if (url.search !== '') throw misconfigured('it takes no parameters; POSTGRES_CA_FILE alone says whether TLS is used');
  if (url.hash !== '') throw misconfigured('it takes no fragment');
  return url;
};

const decoded = (text: string, what: string): string => {
  if (text === '') throw misconfigured(`${what} is missing`);
  try {
    return decodeURIComponent(text);
  } catch {
    throw misconfigured(`${what} is encoded wrongly`);
  }
};

/**
 * Settings out of what an operator configures. The URL is never repeated in an error: it may hold what should not be in it.
 * @throws ChartsealError `misconfigured`, naming POSTGRES_URL or the file's variable
 */
export const settingsFromUrl = ({ url, password, ca, cert, key, ...rest }: UrlSettings): PostgresSettings => {
  const { username, hostname, port, pathname } = parse(url);
  if ((cert ?? key) !== undefined && ca === undefined)
    throw new ChartsealError('misconfigured', 'a client certificate for PostgreSQL needs POSTGRES_CA_FILE beside it');
  return {
    ...rest,
    // An IPv6 address stands in brackets in a URL alone.
    host: decoded(hostname, 'the host').replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 5432 : Number(port),
    user: decoded(username, 'the user'),
    database: decoded(pathname.slice(1), 'the database'),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined
      ? {}
      : { ssl: { ca, ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) } }),
  };
};
