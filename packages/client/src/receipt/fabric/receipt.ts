import { fromBase64 } from '@chartseal/tlog';
import { hasMembers, type ProvedReceipt, type ReceiptExpectation, type RefutedReceipt } from '../verification.ts';
import { verifyEffect } from './effect.ts';
import { endorsedFault, keyOf, type EndorsedFault, type FabricLedgerTrust } from './endorsed.ts';
import { envelope } from './messages.ts';
import { readMessage } from './protobuf.ts';
import { isSignedBy } from './signature.ts';
import { readTransaction } from './transaction.ts';

/**
 * Receipts of Hyperledger Fabric, checked offline; packages/adapters/fabric/src/receipt makes them, docs/adr/0017 says why they are as they are.
 * What one proves: an organisation submitted this transaction, a majority of the members endorsed it, and a majority signed afterwards that their
 * state holds what it wrote, in the place where it is. What it rests on: that no majority of the members conspires, and that the
 * trust file has the right authorities.
 */

export type FabricReceiptFault =
  | 'unreadable'
  | EndorsedFault
  | 'creator-certificate' // not of the organisation's authority, or not valid at the time
  | 'creator-signature'
  | 'other-contract'
  | 'not-written' // the transaction did not write the value expected
  | 'effect' // that it took effect is not shown: no such evidence, or it is of another key, value or place, or not well endorsed
  | 'network'; // the members' own answer names another network

export type FabricReceiptVerification =
  | (ProvedReceipt & {
      /** The organisations that signed that it took effect. */
      readonly endorsers: readonly string[];
    })
  | RefutedReceipt<FabricReceiptFault>;

const refuted = (fault: FabricReceiptFault): RefutedReceipt<FabricReceiptFault> => ({ outcome: 'refuted', fault });

/** Checks a receipt of any shape, and never throws. `receipt` comes from whoever wants to be believed. */
export async function verifyFabricReceipt(
  receipt: unknown,
  trust: FabricLedgerTrust,
  expectation: ReceiptExpectation,
): Promise<FabricReceiptVerification> {
  try {
    return await verify(receipt as FabricReceipt, trust, expectation);
  } catch {
    return refuted('unreadable');
  }
}

/** As it should be; every member is untrusted. */
type FabricReceipt = {
  readonly type: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly transactionId: string;
  readonly blockNumber: number;
  readonly transactionNumber: number;
  readonly transaction: string;
  readonly effect?: string;
};

const verify = async (
  receipt: FabricReceipt,
  trust: FabricLedgerTrust,
  { contract, transaction: name, stateKey, value: members }: ReceiptExpectation,
): Promise<FabricReceiptVerification> => {
  if (receipt.type !== 'fabric') return refuted('unreadable');
  const { payload, signature } = readMessage(bytesOf(receipt.transaction), envelope);
  const transaction = readTransaction(payload);
  if (receipt.channel !== transaction.channel) return refuted('channel');
  if (receipt.transactionId !== transaction.transactionId) return refuted('transaction-id');
  if (transaction.chaincodes.some((each) => each !== receipt.chaincode)) return refuted('chaincode');
  const fault = await endorsedFault(transaction, trust);
  if (fault !== undefined) return refuted(fault);
  const creatorKey = await keyOf(transaction.creator, trust, transaction.timeMs, 'any');
  if (creatorKey === undefined) return refuted('creator-certificate');
  if (!(await isSignedBy(creatorKey, signature, payload))) return refuted('creator-signature');

  const [ofContract, called, ...more] = transaction.args[0]?.split(':') ?? [];
  const isExpected = ofContract === contract && called !== undefined && called === (name ?? called);
  if (!isExpected || more.length > 0) return refuted('other-contract');
  const value = transaction.writes.get(stateKey);
  if (value === undefined || !hasMembers(value, members)) return refuted('not-written');

  const { effect, blockNumber, transactionNumber } = receipt;
  if (effect === undefined) return refuted('effect');
  const claim = { key: stateKey, value, place: { blockNumber, transactionNumber } };
  const shown = await verifyEffect(bytesOf(effect), claim, trust).catch(() => refuted('effect'));
  if (shown.outcome === 'refuted') return shown;
  return {
    outcome: 'proved',
    transactionId: transaction.transactionId,
    blockNumber,
    mspId: transaction.creator.mspId,
    timestamp: new Date(transaction.timeMs).toISOString(),
    endorsers: shown.endorsers,
  };
};

/** @throws Error for any but the one spelling of some bytes */
const bytesOf = (text: unknown): Uint8Array<ArrayBuffer> => {
  const bytes = typeof text === 'string' ? fromBase64(text) : undefined;
  if (bytes === undefined) throw new Error('not canonical base64');
  return bytes.slice();
};
