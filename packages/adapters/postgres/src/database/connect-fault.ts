import { DatabaseError } from 'pg';
import { ChartsealError } from '@chartseal/ports';

/** SQLSTATEs of a server that answered and will not have us, and what helps. */
const refused: Readonly<Record<string, string>> = {
  '28P01': 'refuses the password: check the user of POSTGRES_URL and the file that POSTGRES_PASSWORD_FILE names',
  '28000':
    'refuses the user of POSTGRES_URL, or this way to connect: check its pg_hba.conf, POSTGRES_CA_FILE and POSTGRES_PASSWORD_FILE',
  '3D000': 'has no such database: create the one that POSTGRES_URL names, or correct it',
  '42501': 'does not let the user of POSTGRES_URL connect to its database: grant CONNECT',
};

/** Of OpenSSL and Node: the certificate is not one that POSTGRES_CA_FILE vouches for. */
const untrusted: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const reasonOf = (error: unknown): string | undefined => {
  const code = codeOf(error);
  if (error instanceof DatabaseError) return Object.hasOwn(refused, code) ? refused[code] : undefined;
  if (untrusted.has(code)) return `has a certificate that POSTGRES_CA_FILE does not vouch for (${code})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'has a certificate for another host than POSTGRES_URL names: use the name that is in it';
  if (code.startsWith('ERR_OSSL') || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return `cannot agree on TLS with us (${code}): check POSTGRES_CA_FILE and the client's certificate`;
  // The driver's own words (pg/lib/crypto/sasl.js), where the server asks for a password and there is none.
  if (error instanceof Error && error.message.startsWith('SASL:'))
    return 'asks for a password that is not this: check the file that POSTGRES_PASSWORD_FILE names';
  if (error instanceof Error && error.message === 'The server does not support SSL connections')
    return 'speaks no TLS, and POSTGRES_CA_FILE asks for it: turn on ssl in its configuration';
  return undefined;
};

/**
 * Why a connection did not come about: `misconfigured` if waiting will not help, naming the variable and the remedy; else
 * `store-unavailable`.
 */
export const connectFault = (error: unknown): ChartsealError => {
  const reason = reasonOf(error);
  return reason === undefined
    ? new ChartsealError('store-unavailable', 'the store cannot be reached')
    : new ChartsealError('misconfigured', `PostgreSQL ${reason}`);
};
