/**
 * A patient's grant, checked offline as a chain of links: the Consent's canonical bytes → the commitment to them → the directive that was
 * signed → the transaction on the ledger that accepted it.
 */
import {
  DirectiveError,
  payloadDigest,
  thumbprint,
  verifyCommitment,
  verifyDirective,
  type Directive,
  type PublicKey,
} from '@chartseal/consent';
import { fromBase64 } from '@chartseal/tlog';
import { verifyEmbeddedReceipt } from '../receipt/embedded.ts';
import { verifyFabricReceipt } from '../receipt/fabric/receipt.ts';
import type { ProvedReceipt, ReceiptExpectation } from '../receipt/verification.ts';
import type { TrustFile } from '../trust-file.ts';

/** The link that broke. */
export type ReceiptFault =
  | 'malformed' // not a receipt file
  | 'network' // of another network than the one trusted
  | 'directive' // not a directive of this patient's for this consent, or not signed with the key that is named
  | 'commitment' // what was signed is not this Consent
  | 'receipt-type' // of another kind of ledger than the one trusted
  | 'receipt'; // it does not show that the ledger holds this directive; `at` says why

type ProvedDirective = {
  readonly blockNumber: number;
  readonly transactionId: string;
  /** By the submitter's clock. */
  readonly timestamp: string;
  /** `this-key`: the device's own of now. `another-key`: one that the members took, an older one, a proxy's or a registrar's. */
  readonly signedBy: 'this-key' | 'another-key';
};

export type DirectiveReceiptVerification =
  | {
      readonly outcome: 'proved';
      readonly consentId: string;
      /** The text that was signed; undefined where the hospital does not have it. */
      readonly consent: string | undefined;
      readonly put: ProvedDirective;
      /** Undefined: nothing here shows an end, which does not prove that there was none. */
      readonly revocation: ProvedDirective | undefined;
    }
  | { readonly outcome: 'refuted'; readonly fault: ReceiptFault; readonly at?: string };

/** Whose device checks. */
export type ReceiptHolder = { readonly patient: string; readonly publicKey: PublicKey };

/** Every member is untrusted. */
type ReceiptFile = Readonly<Record<string, unknown>>;
type Said = { readonly directive: string; readonly publicKey: object; readonly receipt: object };

class Refuted extends Error {
  readonly fault: ReceiptFault;
  readonly at: string | undefined;

  constructor(fault: ReceiptFault, at?: string) {
    super(fault);
    this.fault = fault;
    this.at = at;
  }
}

/** Checks a receipt of any shape, and never throws for what it holds. `trust` comes from elsewhere than the receipt. */
export const verifyDirectiveReceipt = async (
  receipt: unknown,
  trust: TrustFile,
  holder: ReceiptHolder,
): Promise<DirectiveReceiptVerification> => {
  try {
    return await verify(readFile(receipt), trust, holder);
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    const { fault, at } = error;
    return { outcome: 'refuted', fault, ...(at === undefined ? {} : { at }) };
  }
};

const isObject = (value: unknown): value is ReceiptFile =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readFile = (value: unknown): ReceiptFile => {
  if (!isObject(value) || value['type'] !== 'chartseal-receipt/v1') throw new Refuted('malformed', 'type');
  return value;
};

const readSaid = (value: unknown, at: string): Said => {
  if (!isObject(value)) throw new Refuted('malformed', at);
  const { directive, publicKey, receipt } = value;
  if (typeof directive !== 'string' || !isObject(publicKey) || !isObject(receipt)) throw new Refuted('malformed', at);
  return { directive, publicKey, receipt };
};

const verify = async (
  file: ReceiptFile,
  trust: TrustFile,
  holder: ReceiptHolder,
): Promise<DirectiveReceiptVerification> => {
  if (file['network'] !== trust.network) throw new Refuted('network');
  const put = readSaid(file['put'], 'put');
  const granted = await directiveOf(put, trust, holder);
  if (granted.operation !== 'put') throw new Refuted('directive', 'put');
  const { consentId, consentCommitment } = granted;
  if (file['consentId'] !== consentId) throw new Refuted('directive', 'put');
  const consent = consentOf(file, consentCommitment);
  const proved = await provedBy(put, { ...holder, consentId, operation: 'put' }, trust);
  if (file['revocation'] === undefined)
    return { outcome: 'proved', consentId, consent, put: proved, revocation: undefined };
  const end = readSaid(file['revocation'], 'revocation');
  const ended = await directiveOf(end, trust, holder);
  if (ended.operation !== 'revoke' || ended.consentId !== consentId) throw new Refuted('directive', 'revocation');
  const revocation = await provedBy(end, { ...holder, consentId, operation: 'revoke' }, trust);
  return { outcome: 'proved', consentId, consent, put: proved, revocation };
};

const directiveOf = async (
  { directive, publicKey }: Said,
  { network }: TrustFile,
  { patient }: ReceiptHolder,
): Promise<Directive> => {
  try {
    return await verifyDirective(directive, { network, patient, keyOf: () => ({ ...publicKey }) });
  } catch (error) {
    if (error instanceof DirectiveError) throw new Refuted('directive', error.code);
    throw error;
  }
};

const consentOf = ({ consent, key }: ReceiptFile, commitment: string): string | undefined => {
  if (consent === undefined && key === undefined) return undefined;
  const [bytes, secret] = [consent, key].map((text) => (typeof text === 'string' ? fromBase64(text) : undefined));
  if (bytes === undefined || secret === undefined) throw new Refuted('malformed', 'consent');
  if (!verifyCommitment(secret, bytes, commitment)) throw new Refuted('commitment');
  return new TextDecoder().decode(bytes);
};

type Expected = ReceiptHolder & { readonly consentId: string; readonly operation: 'put' | 'revoke' };

/** What the contract writes when it accepts a directive: packages/contracts, `AcceptedDirective`. */
const expectationOf = (directive: string, { patient, consentId, operation }: Expected): ReceiptExpectation => {
  const digest = payloadDigest(directive);
  return {
    contract: 'consent',
    transaction: 'SubmitDirective',
    stateKey: `consent/directive/${patient}/${digest}`,
    value: { digest, operation, consentId },
  };
};

const provedBy = async (said: Said, expected: Expected, trust: TrustFile): Promise<ProvedDirective> => {
  const { blockNumber, transactionId, timestamp } = await receiptOf(
    said.receipt,
    expectationOf(said.directive, expected),
    trust,
  );
  const isOwn = (await thumbprint(expected.publicKey)) === (await thumbprint(said.publicKey as PublicKey));
  return { blockNumber, transactionId, timestamp, signedBy: isOwn ? 'this-key' : 'another-key' };
};

const receiptOf = async (
  receipt: object,
  expectation: ReceiptExpectation,
  { network, ledger }: TrustFile,
): Promise<ProvedReceipt> => {
  if ((receipt as { type?: unknown }).type !== ledger.type) throw new Refuted('receipt-type');
  const verified =
    ledger.type === 'embedded'
      ? await verifyEmbeddedReceipt(receipt, { network, ledgerPublicKey: ledger.publicKey }, expectation)
      : await verifyFabricReceipt(receipt, { network, ...ledger }, expectation);
  if (verified.outcome === 'refuted') throw new Refuted('receipt', verified.fault);
  return verified;
};
