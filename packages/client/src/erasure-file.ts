import { bytesOf, isObject, readReceipt, type ProofFile } from './proof-file.ts';

/** `chartseal-erasure/v1`: what `$proof` answers of a version that was erased. Every member is untrusted. */
export type ErasureFile = Pick<ProofFile, 'network' | 'entry' | 'proof' | 'receipt'> & {
  /** C2SP signed note: a statement of the log. */
  readonly statement: string;
  /** Of the transaction that told the ledger of it. */
  readonly statementReceipt: ProofFile['receipt'];
};

/** The file, or the name of the first member that is not as it must be. */
export const readErasureFile = (value: unknown): ErasureFile | { readonly fault: string } => {
  if (!isObject(value) || value['type'] !== 'chartseal-erasure/v1') return { fault: 'type' };
  const { network, proof, statement } = value;
  const [entry, receipt] = [bytesOf(value['entry']), readReceipt(value['receipt'])];
  const statementReceipt = readReceipt(value['statementReceipt']);
  if (typeof network !== 'string') return { fault: 'network' };
  if (entry?.length !== 32) return { fault: 'entry' };
  if (typeof proof !== 'string') return { fault: 'proof' };
  if (receipt === undefined) return { fault: 'receipt' };
  if (typeof statement !== 'string') return { fault: 'statement' };
  if (statementReceipt === undefined) return { fault: 'statementReceipt' };
  return { network, entry, proof, receipt, statement, statementReceipt };
};
