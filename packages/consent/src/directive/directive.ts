/** DESIGN §6 Consent 3: what a patient can say, and how it reads before anybody has verified it. */
import { DirectiveError } from './directive-error.ts';
import { parseJws, type JsonObject, type ParsedJws } from './jws.ts';
import { bytes32, compactJws, handle, issuedAtOf, networkId, requireMembers, sequenceNumber, uuid } from './payload.ts';
import { readPublicKey, type PublicKey } from './public-key.ts';

export const directiveTyp = 'chartseal-directive+jws';
export const directiveType = 'chartseal-directive/v1';

type Common = {
  readonly network: string;
  readonly patient: string;
  /** Milliseconds since the epoch by the device's clock. It orders a patient's own freeze and unfreeze; nothing else rests on it. */
  readonly issuedAt: number;
};

/** A new consent. */
export type PutDirective = Common & {
  readonly operation: 'put';
  /** The last one + 1, from 1. */
  readonly sequence: number;
  readonly consentId: string;
  /** See `consentCommitment`. */
  readonly consentCommitment: string;
};

/** Ends a consent for ever. */
export type RevokeDirective = Common & { readonly operation: 'revoke'; readonly consentId: string };

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

export type Directive = PutDirective | RevokeDirective | RotateKeyDirective | FreezeDirective | UnfreezeDirective;
export type DirectiveOperation = Directive['operation'];

const common = ['type', 'network', 'patient', 'issuedAt', 'operation'];

/** Only what the operation adds. */
const own: Readonly<Record<DirectiveOperation, readonly string[]>> = {
  put: ['sequence', 'consentId', 'consentCommitment'],
  revoke: ['consentId'],
  'rotate-key': ['sequence', 'publicKey', 'newKeyProof'],
  freeze: [],
  unfreeze: ['sequence'],
};

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
  requireMembers(payload, [...common, ...own[operation]]);
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
  }),
  revoke: (payload) => ({ operation: 'revoke', consentId: uuid(payload, 'consentId') }),
  'rotate-key': (payload) => ({
    operation: 'rotate-key',
    sequence: sequenceNumber(payload, 'sequence'),
    publicKey: readPublicKey(payload['publicKey']),
    newKeyProof: compactJws(payload, 'newKeyProof'),
  }),
  freeze: () => ({ operation: 'freeze' }),
  unfreeze: (payload) => ({ operation: 'unfreeze', sequence: sequenceNumber(payload, 'sequence') }),
};
