import { endorsedFault, endorsersOf, type FabricLedgerTrust } from './endorsed.ts';
import { textOf } from './protobuf.ts';
import { readTransaction, type Version } from './transaction.ts';

/** What must be on the ledger: this value under this key, by the transaction in that place. */
export type ClaimedEffect = { readonly key: string; readonly value: string; readonly place: Version };

export type EffectVerification =
  | { readonly outcome: 'proved'; readonly endorsers: readonly string[] }
  | { readonly outcome: 'refuted'; readonly fault: 'effect' | 'network' };

const networkKey = 'directory/network';
const refuted = (fault: 'effect' | 'network'): EffectVerification => ({ outcome: 'refuted', fault });

/**
 * Whether a majority of the members signed that their state holds the value claimed, written by the transaction in the place claimed, and that they
 * are the network that is trusted. An orderer orders invalid transactions too, and nobody signs the verdict: this is what shows that one took effect.
 * @param payload common.Payload of a read that was endorsed and never submitted: its endorsers, who are a majority, have checked who asked
 * @throws Error for what cannot be read
 */
export const verifyEffect = async (
  payload: Uint8Array<ArrayBuffer>,
  { key, value, place }: ClaimedEffect,
  trust: FabricLedgerTrust,
): Promise<EffectVerification> => {
  const read = readTransaction(payload);
  if ((await endorsedFault(read, trust)) !== undefined) return refuted('effect');
  const [called, keysJson = '', ...more] = read.args;
  if (called !== 'directory:States' || more.length > 0) return refuted('effect');
  const keys = JSON.parse(keysJson) as readonly string[];
  const values = JSON.parse(textOf(read.result)) as readonly (string | null)[];
  const valueOf = (name: string): string | null | undefined =>
    keys.includes(name) ? values[keys.indexOf(name)] : null;
  const version = read.reads.get(key);
  const isInPlace = version?.blockNumber === place.blockNumber && version.transactionNumber === place.transactionNumber;
  if (!isInPlace || valueOf(key) !== value) return refuted('effect');
  const founded = JSON.parse(valueOf(networkKey) ?? '{}') as { readonly network?: unknown };
  if (founded.network !== trust.network) return refuted('network');
  return { outcome: 'proved', endorsers: endorsersOf(read) };
};
