import { resultsOf } from './results.ts';

/** Which transaction wrote a value last. */
export type Version = { readonly blockNumber: number; readonly transactionNumber: number };

/** What an endorsed transaction read of the chaincode's state; keys that hold nothing are not among them. */
export const readVersions = (payload: Uint8Array, chaincode: string): ReadonlyMap<string, Version> => {
  const versions = resultsOf(payload, chaincode).flatMap((set): (readonly [string, Version])[] =>
    set.getReadsList().flatMap((read) => {
      const version = read.getVersion();
      if (version === undefined) return [];
      return [[read.getKey(), { blockNumber: version.getBlockNum(), transactionNumber: version.getTxNum() }]];
    }),
  );
  return new Map(versions);
};

/** The keys that it would write, or did. */
export const writtenKeys = (payload: Uint8Array, chaincode: string): readonly string[] =>
  resultsOf(payload, chaincode).flatMap((set) => set.getWritesList().map((write) => write.getKey()));
