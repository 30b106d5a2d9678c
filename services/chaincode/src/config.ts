import { readFile } from 'node:fs/promises';
import {
  type Env,
  type EnvSchema,
  fileVariable,
  type LogLevel,
  OPERATION_ENV,
  optional,
  readEnv,
  textVariable,
} from '@chartseal/server';
import { ChartsealError } from '@chartseal/ports';

const packageId = {
  description: 'Id of the installed package, as the peer computed it: `<label>:<hex SHA-256>`.',
  expects: '<label>:<hash>, as `peer lifecycle chaincode queryinstalled` prints it',
  pattern: /^[A-Za-z0-9_.+-]{1,100}:[0-9a-f]{64}$/,
};

/** The variables of the chaincode server. */
export const CHAINCODE_ENV = {
  CHAINCODE_SERVER_ADDRESS: textVariable({
    description: 'Where the server listens for the peer, and for nobody else.',
    expects: 'host:port',
    pattern: /^[A-Za-z0-9.-]{1,253}:\d{1,5}$/,
  }),
  CHAINCODE_ID: optional(textVariable(packageId)),
  CORE_CHAINCODE_ID_NAME: optional(textVariable({ ...packageId, description: 'Fabric’s own name for CHAINCODE_ID.' })),
  CHAINCODE_TLS_KEY_FILE: optional(fileVariable({ description: 'Private key of the server’s certificate (PEM).' })),
  CHAINCODE_TLS_CERT_FILE: optional(fileVariable({ description: 'The server’s certificate (PEM).' })),
  CHAINCODE_TLS_CLIENT_CA_FILE: optional(
    fileVariable({
      description: 'Authority of the certificate that the peer shows (PEM). Mutual TLS is all or nothing.',
    }),
  ),
  LOG_LEVEL: OPERATION_ENV.LOG_LEVEL,
  NODE_ENV: OPERATION_ENV.NODE_ENV,
} as const satisfies EnvSchema;

/** PEM. */
export type MutualTls = { readonly key: Buffer; readonly cert: Buffer; readonly clientCa: Buffer };

export type ChaincodeConfig = {
  /** host:port */
  readonly address: string;
  readonly packageId: string;
  readonly security: { readonly kind: 'mutual-tls'; readonly tls: MutualTls } | { readonly kind: 'plaintext' };
  readonly logLevel: LogLevel;
};

/** @throws ChartsealError `misconfigured`, naming every variable that is wrong or missing */
export const chaincodeConfig = async (env: Env): Promise<ChaincodeConfig> => {
  const values = readEnv(CHAINCODE_ENV, env);
  const packageId = values.CHAINCODE_ID ?? values.CORE_CHAINCODE_ID_NAME;
  if (packageId === undefined) {
    throw new ChartsealError(
      'misconfigured',
      `CHAINCODE_ID is missing: set it to ${CHAINCODE_ENV.CHAINCODE_ID.expects}`,
    );
  }
  const files = {
    CHAINCODE_TLS_KEY_FILE: values.CHAINCODE_TLS_KEY_FILE,
    CHAINCODE_TLS_CERT_FILE: values.CHAINCODE_TLS_CERT_FILE,
    CHAINCODE_TLS_CLIENT_CA_FILE: values.CHAINCODE_TLS_CLIENT_CA_FILE,
  };
  const security = await securityOf(files, values.NODE_ENV === 'production' ? 'required' : 'optional');
  return { address: values.CHAINCODE_SERVER_ADDRESS, packageId, security, logLevel: values.LOG_LEVEL };
};

type TlsFiles = Readonly<
  Record<'CHAINCODE_TLS_KEY_FILE' | 'CHAINCODE_TLS_CERT_FILE' | 'CHAINCODE_TLS_CLIENT_CA_FILE', string | undefined>
>;

/** One of the three without the others would be TLS that lets anybody in, or none at all. */
const securityOf = async (files: TlsFiles, tls: 'required' | 'optional'): Promise<ChaincodeConfig['security']> => {
  const missing = Object.entries(files).flatMap(([name, path]) => (path === undefined ? [name] : []));
  if (missing.length === 3 && tls === 'optional') return { kind: 'plaintext' };
  if (missing.length > 0) {
    const remedies = missing.map((name) => `${name} is missing: set it to the path of a file`);
    throw new ChartsealError('misconfigured', remedies.join('\n'));
  }
  const [key, cert, clientCa] = await Promise.all([
    pem('CHAINCODE_TLS_KEY_FILE', files.CHAINCODE_TLS_KEY_FILE),
    pem('CHAINCODE_TLS_CERT_FILE', files.CHAINCODE_TLS_CERT_FILE),
    pem('CHAINCODE_TLS_CLIENT_CA_FILE', files.CHAINCODE_TLS_CLIENT_CA_FILE),
  ]);
  return { kind: 'mutual-tls', tls: { key, cert, clientCa } };
};

const pem = async (variable: string, path = ''): Promise<Buffer> => {
  const content = await readFile(path).catch((cause: unknown) => {
    throw new ChartsealError('misconfigured', `${variable} names a file that cannot be read`, {}, { cause });
  });
  if (content.includes('-----BEGIN ')) return content;
  throw new ChartsealError('misconfigured', `${variable} names a file that is not PEM`);
};
