/** Why a contract says no. Closed: clients switch over it. */
export const contractRefusalCodes = [
  'malformed', // the argument cannot be read, or a member has the wrong shape; `at` says where
  'not-founded',
  'already-founded',
  'not-member', // the caller's MSP has no entry in the directory
  'suspended', // the caller's, or the named, entry is suspended
  'forbidden', // a member, but not the one who may
  'not-found', // no such entry, proposal, patient handle or consent
  'duplicate', // id, MSP or log origin belongs to another entry
  'stale', // the proposal was made against another revision of the directory
  'network', // signed for another network
  'key', // signed by another key than the current one
  'signature', // the signature does not verify
  'handle-used',
  'consent-used',
  'sequence', // `lastSequence` says after which one to go on
  'closed',
  'fenced', // another gateway has claimed the log since
  'inconsistent', // the log is shorter than, or forked from, its last checkpoint; `lastSize` says how long that was
] as const;

export type ContractRefusalCode = (typeof contractRefusalCodes)[number];

export type ContractRefusal = {
  readonly code: ContractRefusalCode;
  /** The member of the argument that is wrong, as a path: `members[0].jwks`. Never its value. */
  readonly at?: string;
  readonly lastSequence?: number;
  readonly lastSize?: number;
};

/** Refuses a transaction. Fabric carries an error's message alone, so that is where the refusal is. */
export function refuse(code: ContractRefusalCode, detail: Omit<ContractRefusal, 'code'> = {}): never {
  throw new Error(JSON.stringify({ code, ...detail }));
}

/** Reads a refusal out of an error's message, which engines may wrap in words of their own; undefined if it is none. */
export function parseRefusal(message: string): ContractRefusal | undefined {
  const json = message.slice(message.indexOf('{'), message.lastIndexOf('}') + 1);
  try {
    const refusal: unknown = JSON.parse(json);
    return isRefusal(refusal) ? refusal : undefined;
  } catch {
    return undefined;
  }
}

const isRefusal = (value: unknown): value is ContractRefusal =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  (contractRefusalCodes as readonly unknown[]).includes(value.code);
