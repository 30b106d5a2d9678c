import type { Severity } from '@chartseal/fhir';
import {
  choiceVariable,
  type EnvSchema,
  fileVariable,
  integerVariable,
  optional,
  textVariable,
} from '@chartseal/server';

const hostAndPort = /^[A-Za-z0-9.-]{1,253}:\d{1,5}$/;
const name = /^[A-Za-z0-9._-]{1,100}$/;

const severities = { reject: 'reject', warn: 'warn', off: 'off' } as const;
const severityVariable = (what: string, preset: keyof typeof severities): ReturnType<typeof choiceVariable<Severity>> =>
  choiceVariable<Severity>({
    description: `${what} \`reject\`, \`warn\` or \`off\`.`,
    default: preset,
    choices: severities,
  });

/** What resources are held against beside their structure, which always rejects. */
export const VALIDATION_ENV = {
  VALIDATION_BINDINGS: severityVariable('Codes outside a required value set that R4 enumerates.', 'reject'),
  VALIDATION_INVARIANTS: severityVariable('Invariants of R4 (FHIRPath) that do not hold.', 'reject'),
  VALIDATION_REFERENCES: severityVariable('References to types that the element does not point to.', 'warn'),
  VALIDATION_PROFILES: severityVariable(
    'Declared profiles, of the packages that are configured, that are not kept.',
    'reject',
  ),
  FHIR_PACKAGES: optional(
    textVariable({
      description: 'FHIR packages whose profiles are known here, with those that they depend on.',
      expects: 'paths of .tgz files or folders, with commas between',
    }),
  ),
} as const satisfies EnvSchema;

const LABEL_ENV = {
  LABEL_VALUE_SETS: optional(
    textVariable({
      description:
        'Value sets that say which codes make a record sensitive, one .json file each; a label that none of them names keeps that of the release.',
      expects: 'the path of a folder',
    }),
  ),
} as const satisfies EnvSchema;

/** PostgreSQL. Without a URL the gateway brings its own. */
const POSTGRES_ENV = {
  POSTGRES_URL: optional(
    textVariable({
      description: 'PostgreSQL 15 to 18 that holds records, logs and directives. The password is not part of it.',
      expects: 'postgresql://user@host:port/database',
      pattern: /^postgres(ql)?:\/\/[^\s:@/]+@[^\s@/]+\/[^\s/?]+$/,
    }),
  ),
  POSTGRES_PASSWORD_FILE: optional(fileVariable({ description: 'Password of that user.' })),
  POSTGRES_CA_FILE: optional(
    fileVariable({
      description:
        'Authority of the server’s certificate (PEM). With it the connection is verify-full TLS; production asks for it.',
    }),
  ),
} as const satisfies EnvSchema;

const KAFKA_ENV = {
  KAFKA_BROKERS: optional(
    textVariable({
      description: 'Brokers to begin with. Unset: the event log is in PostgreSQL.',
      expects: 'host:port, or several with commas between',
      pattern: /^[A-Za-z0-9.-]{1,253}:\d{1,5}(,[A-Za-z0-9.-]{1,253}:\d{1,5})*$/,
    }),
  ),
  KAFKA_CA_FILE: optional(fileVariable({ description: 'Authority of the brokers’ certificates (PEM); means TLS.' })),
  KAFKA_CERT_FILE: optional(fileVariable({ description: 'This gateway’s certificate for mutual TLS (PEM).' })),
  KAFKA_KEY_FILE: optional(fileVariable({ description: 'Its private key (PEM).' })),
  KAFKA_SASL_MECHANISM: optional(
    textVariable({
      description: 'How user and password are shown, where there is no certificate.',
      expects: 'scram-sha-512, scram-sha-256 or plain',
      pattern: /^(scram-sha-512|scram-sha-256|plain)$/,
    }),
  ),
  KAFKA_USERNAME: optional(textVariable({ description: 'User for SASL.', expects: 'a user name' })),
  KAFKA_PASSWORD_FILE: optional(fileVariable({ description: 'Its password.' })),
  KAFKA_TOPIC_PREFIX: optional(
    textVariable({
      description: 'Goes before each topic’s name on the broker: several gateways on one cluster.',
      expects: 'letters, digits, dots, dashes',
      pattern: name,
    }),
  ),
  KAFKA_REPLICATION_FACTOR: integerVariable({
    description: 'Copies of each topic that is made here: 3 on a cluster of three or more brokers.',
    default: '1',
    min: 1,
    max: 9,
  }),
} as const satisfies EnvSchema;

const REDIS_ENV = {
  REDIS_URL: optional(
    textVariable({
      description: 'Redis for what may be forgotten at any time. Unset: the cache is in the process.',
      expects: 'rediss://host:port',
      pattern: /^rediss?:\/\/[^\s@/]+(\/\d+)?$/,
    }),
  ),
  REDIS_USERNAME: optional(textVariable({ description: 'ACL user.', expects: 'a user name' })),
  REDIS_PASSWORD_FILE: optional(fileVariable({ description: 'Its password.' })),
  REDIS_CA_FILE: optional(fileVariable({ description: 'Authority of the server’s certificate (PEM).' })),
} as const satisfies EnvSchema;

const VAULT_ENV = {
  KEYRING_FILE: optional(
    textVariable({
      description:
        'The hospital’s keys in a file that its owner alone can read; made if it is not there. One for all services.',
      expects: 'the path of a file',
    }),
  ),
  PKCS11_MODULE: optional(
    textVariable({
      description: 'Library of an HSM, instead of a keyring file.',
      expects: 'the path of a PKCS#11 library',
    }),
  ),
  PKCS11_TOKEN_LABEL: optional(textVariable({ description: 'Label of its token.', expects: 'a label' })),
  PKCS11_PIN_FILE: optional(fileVariable({ description: 'User PIN of the token.' })),
  PKCS11_KEYRING_FILE: optional(
    textVariable({
      description: 'Where what the HSM cannot hold is kept, wrapped by a key that it can.',
      expects: 'the path of a file',
    }),
  ),
} as const satisfies EnvSchema;

/** Each engine but the ledger. */
export const ENGINE_ENV = {
  ...POSTGRES_ENV,
  ...KAFKA_ENV,
  ...REDIS_ENV,
  ...VAULT_ENV,
  ...VALIDATION_ENV,
  ...LABEL_ENV,
} as const satisfies EnvSchema;

/** Hyperledger Fabric, through the hospital’s own peer. */
export const FABRIC_ENV = {
  FABRIC_PEER_ENDPOINT: textVariable({
    description: 'The hospital’s own peer. Unset: the embedded ledger, in the sandbox alone.',
    expects: 'host:port',
    pattern: hostAndPort,
  }),
  FABRIC_PEER_HOSTNAME: optional(
    textVariable({
      description: 'Name in the peer’s certificate, where it is not the endpoint’s host.',
      expects: 'a host name',
      pattern: /^[A-Za-z0-9.-]{1,253}$/,
    }),
  ),
  FABRIC_TLS_CA_FILE: fileVariable({ description: 'Authority of the peer’s TLS certificate (PEM).' }),
  FABRIC_MSP_ID: textVariable({ description: 'The hospital’s MSP.', expects: 'an MSP id', pattern: name }),
  FABRIC_CERT_FILE: fileVariable({ description: 'Certificate of this gateway’s identity in that MSP (PEM).' }),
  FABRIC_KEY_FILE: optional(
    fileVariable({ description: 'Its private key (PEM). Unset: the vault’s key `ledger-identity`, as in an HSM.' }),
  ),
  FABRIC_NETWORK: optional(
    textVariable({
      description:
        'The network’s id, as the founding document names it. With it another network is refused, and a service starts while its peer is away.',
      expects: '64 hex digits',
      pattern: /^[0-9a-f]{64}$/,
    }),
  ),
  FABRIC_CHANNEL: textVariable({
    description: 'Channel of the network.',
    default: 'chartseal',
    expects: 'a channel name',
    pattern: name,
  }),
  FABRIC_CHAINCODE: textVariable({
    description: 'Name of the chaincode.',
    default: 'chartseal',
    expects: 'a chaincode name',
    pattern: name,
  }),
} as const satisfies EnvSchema;
