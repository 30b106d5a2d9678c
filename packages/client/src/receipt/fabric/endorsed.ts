import { certifiedKey, type Authorities, type Role } from './certification.ts';
import { isSignedBy } from './signature.ts';
import { equalBytes, type EndorsedTransaction, type Identity } from './transaction.ts';

/** A member of the channel: its MSP, and the certificates (PEM) of the authorities of its identities. */
export type TrustedOrganization = Authorities & { readonly mspId: string };

export type FabricLedgerTrust = {
  /** Its id, which the members themselves name in what they founded. */
  readonly network: string;
  readonly channel: string;
  readonly chaincode: string;
  /** All members of the channel: a majority of these must have endorsed. */
  readonly organizations: readonly TrustedOrganization[];
};

export type EndorsedFault =
  | 'channel' // of another channel
  | 'transaction-id' // not the SHA-256 of nonce and creator
  | 'chaincode' // of another chaincode
  | 'proposal-hash' // what was endorsed is another proposal than the one shown
  | 'status' // the contract refused
  | 'endorser-certificate' // not a peer's, or not of the organisation's authority, or not valid at the time
  | 'endorsement' // an endorser's signature does not verify
  | 'majority'; // too few of the organisations endorsed

/** MAJORITY, as Fabric counts it (common/policies/implicitmeta.go). */
export const majorityOf = (organizations: readonly unknown[]): number => Math.floor(organizations.length / 2) + 1;

/**
 * Whether members of a network endorsed this very transaction, as a peer would check it (fabric, core/common/validation/msgvalidation.go and the
 * endorsement policy). One endorsement that is wrong refutes, as many others as there may be.
 */
export const endorsedFault = async (
  transaction: EndorsedTransaction,
  trust: FabricLedgerTrust,
): Promise<EndorsedFault | undefined> => {
  const { nonce, creator, proposal, endorsements } = transaction;
  if (transaction.channel !== trust.channel) return 'channel';
  if (transaction.transactionId !== hex(await sha256(nonce, creator.bytes))) return 'transaction-id';
  if (transaction.chaincodes.some((name) => name !== trust.chaincode)) return 'chaincode';
  if (!equalBytes(transaction.proposalHash, await sha256(...proposal))) return 'proposal-hash';
  if (transaction.status !== 200) return 'status';
  for (const { endorser, signature } of endorsements) {
    const key = await keyOf(endorser, trust, transaction.timeMs, 'peer');
    if (key === undefined) return 'endorser-certificate';
    const signed = concatenated(transaction.responsePayload, endorser.bytes);
    if (!(await isSignedBy(key, signature, signed))) return 'endorsement';
  }
  return endorsersOf(transaction).length < majorityOf(trust.organizations) ? 'majority' : undefined;
};

/** The organisations, each once. */
export const endorsersOf = ({ endorsements }: EndorsedTransaction): readonly string[] =>
  [...new Set(endorsements.map(({ endorser }) => endorser.mspId))].toSorted();

/** The key of an identity that the authorities of its organisation vouch for. */
export const keyOf = async (
  { mspId, certificate }: Identity,
  { organizations }: FabricLedgerTrust,
  atMs: number,
  role: Role,
) => {
  const organization = organizations.find((each) => each.mspId === mspId);
  return organization && certifiedKey(certificate, organization, atMs, role);
};

type Bytes = Uint8Array<ArrayBuffer>;

const sha256 = async (...parts: readonly Bytes[]): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', concatenated(...parts)));

const concatenated = (...parts: readonly Bytes[]): Bytes => Uint8Array.from(parts.flatMap((part) => [...part]));

const hex = (bytes: Bytes): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
