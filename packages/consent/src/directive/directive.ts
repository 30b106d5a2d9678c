/** DESIGN §6 Consent 3: what a patient can say, and how it reads before anybody has verified it. */
import { DirectiveError } from './directive-error.ts';
import { parseJws, type JsonObject, type ParsedJws } from './jws.ts';
import { attestation, type Attestation } from './attestation.ts';
import {
  bytes32,
  compactJws,
  handle,
  instantOf,
  issuedAtOf,
  networkId,
  requireMembers,
  sequenceNumber,
  uuid,
} from './payload.ts';
import { proxyScope, type ProxyScope } from './proxy-scope.ts';
import { readPublicKey, type PublicKey } from './public-key.ts';

export const directiveTyp = 'chartseal-directive+jws';
export const directiveType = 'chartseal-directive/v1';

type Common = {
  readonly network: string;
  readonly patient: string;
  /** Milliseconds since the epoch by the device's clock. It orders a patient's own freeze and unfreeze; nothing else rests on it. */
  readonly issuedAt: number;
};

/** Present where a registrar signed at the word of a patient who has no key (consent-semantics A6). */
type Attested = { readonly attested?: Attestation };

/** A new consent. */
export type PutDirective = Common & {
  readonly operation: 'put';
  /** The last one + 1, from 1. */
  readonly sequence: number;
  readonly consentId: string;
  /** See `consentCommitment`. */
  readonly consentCommitment: string;
} & Attested;

/** Ends a consent for ever. */
export type RevokeDirective = Common & { readonly operation: 'revoke'; readonly consentId: string } & Attested;

/** Another key signs from now on. */
export type RotateKeyDirective = Common & {
  readonly operation: 'rotate-key';
  readonly sequence: number;
  readonly publicKey: PublicKey;
  /** Compact JWS by the new key. */
  readonly newKeyProof: string;
};

/** Denies everything. */
export type FreezeDirective = Common & { readonly operation: 'freeze' };
export type UnfreezeDirective = Common & { readonly operation: 'unfreeze'; readonly sequence: number };

/** Another person's key may sign for the patient, within a scope and until an end: a parent, a legal guardian. */
export type AppointProxyDirective = Common & {
  readonly operation: 'appoint-proxy';
  readonly sequence: number;
  /** Made by the device. */
  readonly proxyId: string;
  readonly publicKey: PublicKey;
  /** Compact JWS by the proxy's key, as a rotation's `newKeyProof`. */
  readonly proxyProof: string;
  readonly scope: readonly ProxyScope[];
  /** Milliseconds since the epoch; what the custodian receives later counts for nothing. */
  readonly end: number;
};

/** Ends a proxy. Like a revocation it needs no sequence and is final. */
export type DismissProxyDirective = Common & { readonly operation: 'dismiss-proxy'; readonly proxyId: string };

export type Directive =
  | PutDirective
  | RevokeDirective
  | RotateKeyDirective
  | FreezeDirective
  | UnfreezeDirective
  | AppointProxyDirective
  | DismissProxyDirective;
export type DirectiveOperation = Directive['operation'];

const common = ['type', 'network', 'patient', 'issuedAt', 'operation'];

/** Only what the operation adds. */
const own: Readonly<Record<DirectiveOperation, readonly string[]>> = {
  put: ['sequence', 'consentId', 'consentCommitment'],
  revoke: ['consentId'],
  'rotate-key': ['sequence', 'publicKey', 'newKeyProof'],
  freeze: [],
  unfreeze: ['sequence'],
  'appoint-proxy': ['sequence', 'proxyId', 'publicKey', 'proxyProof', 'scope', 'end'],
  'dismiss-proxy': ['proxyId'],
};

/** What a registrar may say of a patient without a key. */
const attestable: ReadonlySet<DirectiveOperation> = new Set(['put', 'revoke']);

const isOperation = (value: unknown): value is DirectiveOperation =>
  typeof value === 'string' && Object.hasOwn(own, value);

/**
 * Reads a directive without verifying it.
 * @throws DirectiveError `header`, `payload`, `key`
 */
export const parseDirective = (jws: string): Directive => readDirective(parseJws(jws, directiveTyp));

export const readDirective = ({ payload }: ParsedJws): Directive => {
  const { type, operation } = payload;
  if (type !== directiveType) throw new DirectiveError('payload', `type must be ${directiveType}`);
  if (!isOperation(operation)) throw new DirectiveError('payload', 'operation is unknown');
  const attested = attestable.has(operation) && Object.hasOwn(payload, 'attested') ? ['attested'] : [];
  requireMembers(payload, [...common, ...own[operation], ...attested]);
  const says = {
    network: networkId(payload, 'network'),
    patient: handle(payload, 'patient'),
    issuedAt: issuedAtOf(payload),
  };
  return { ...says, ...readers[operation](payload) };
};

type Own<D> = D extends Directive ? Omit<D, keyof Common> : never;

const readers: Readonly<Record<DirectiveOperation, (payload: JsonObject) => Own<Directive>>> = {
  put: (payload) => ({
    operation: 'put',
    sequence: sequenceNumber(payload, 'sequence'),
    consentId: uuid(payload, 'consentId'),
    consentCommitment: bytes32(payload, 'consentCommitment'),
    ...attestation(payload),
  }),
  revoke: (payload) => ({ operation: 'revoke', consentId: uuid(payload, 'consentId'), ...attestation(payload) }),
  'rotate-key': (payload) => ({
    operation: 'rotate-key',
    sequence: sequenceNumber(payload, 'sequence'),
    publicKey: readPublicKey(payload['publicKey']),
    newKeyProof: compactJws(payload, 'newKeyProof'),
  }),
  freeze: () => ({ operation: 'freeze' }),
  unfreeze: (payload) => ({ operation: 'unfreeze', sequence: sequenceNumber(payload, 'sequence') }),
  'appoint-proxy': (payload) => ({
    operation: 'appoint-proxy',
    sequence: sequenceNumber(payload, 'sequence'),
    proxyId: uuid(payload, 'proxyId'),
    publicKey: readPublicKey(payload['publicKey']),
    proxyProof: compactJws(payload, 'proxyProof'),
    scope: proxyScope(payload),
    end: instantOf(payload, 'end'),
  }),
  'dismiss-proxy': (payload) => ({ operation: 'dismiss-proxy', proxyId: uuid(payload, 'proxyId') }),
};
