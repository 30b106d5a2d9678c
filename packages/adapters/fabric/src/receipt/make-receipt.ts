import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, type LedgerReceipt } from '@chartseal/ports';
import { committedTransaction, type CommittedTransaction } from './committed-transaction.ts';
import { endorsedStates } from './endorsed-states.ts';
import { readVersions, type Version } from './read-versions.ts';
import type { ReceiptPlace } from './receipt-place.ts';

/** What the members founded: with it their answer says of which network it is. */
const networkKey = 'directory/network';
/** As many as `directory:States` answers at once. */
const mostKeys = 64;

/**
 * What lets a stranger check, with the certificates of the members' authorities alone, that a transaction took effect (docs/adr/0017). Members:
 * - `type`: `fabric`; `channel`, `chaincode`, `transactionId`: in clear what `transaction` says
 * - `blockNumber`, `transactionNumber`: its place on the chain
 * - `transaction`: base64 of common.Envelope as the block holds it: arguments, write set, signatures of its creator and its endorsers
 * - `effect`: base64 of common.Payload: what members answer and sign when asked for the values of the keys written, with the place of the
 *   transaction that wrote each. Missing if all of them were written again since: then nothing proves any more that this transaction took effect.
 * @throws ChartsealError `not-found` for a transaction that the chain does not hold as valid, `ledger-unavailable`
 */
export const makeReceipt = async (place: ReceiptPlace, transactionId: string): Promise<LedgerReceipt> => {
  const { network, chaincode } = place;
  const committed = await committedTransaction(network, chaincode, transactionId);
  const { envelope, blockNumber, transactionNumber } = committed;
  const effect = await effectOf(place, committed);
  return {
    type: 'fabric',
    channel: network.getName(),
    chaincode,
    transactionId,
    blockNumber,
    transactionNumber,
    transaction: Buffer.from(envelope).toString('base64'),
    ...(effect === undefined ? {} : { effect: Buffer.from(effect).toString('base64') }),
  };
};

const attempts = 20;
const pauseMs = 50;

const effectOf = async (place: ReceiptPlace, committed: CommittedTransaction): Promise<Uint8Array | undefined> => {
  if (committed.keys.length === 0) return undefined;
  const keys = [...new Set([networkKey, ...committed.keys])].slice(0, mostKeys);
  for (let attempt = 1; ; attempt += 1) {
    const payload = await endorsedStates(place, keys);
    const versions = readVersions(payload, place.chaincode);
    const places = new Set(committed.keys.map((key) => order(versions.get(key), committed)));
    if (places.has('this')) return payload;
    // Peers show a block a moment before the state that it makes.
    if (!places.has('before')) return undefined;
    if (attempt === attempts)
      throw new ChartsealError('ledger-unavailable', 'the peers do not show this block’s state');
    await sleep(pauseMs);
  }
};

/** Whether a key was written by this transaction, by one before it or never, or by one after it. */
const order = (
  version: Version | undefined,
  { blockNumber, transactionNumber }: CommittedTransaction,
): 'before' | 'this' | 'after' => {
  if (version === undefined || version.blockNumber < blockNumber) return 'before';
  if (version.blockNumber > blockNumber || version.transactionNumber > transactionNumber) return 'after';
  return version.transactionNumber === transactionNumber ? 'this' : 'before';
};
