/** What a receipt of any ledger is to show. */
export type ReceiptExpectation = {
  readonly contract: string;
  /** Of the contract; any unless given. */
  readonly transaction?: string;
  readonly stateKey: string;
  /** Members that the JSON value written under the key must have. */
  readonly value: Readonly<Record<string, string | number>>;
};

export type ProvedReceipt = {
  readonly outcome: 'proved';
  readonly transactionId: string;
  readonly blockNumber: number;
  /** The organisation that submitted it. */
  readonly mspId: string;
  /** By the submitter's clock. */
  readonly timestamp: string;
};

export type RefutedReceipt<Fault extends string> = { readonly outcome: 'refuted'; readonly fault: Fault };

/** That a log's checkpoint is the one that the anchor contract recorded. */
export const checkpointAnchored = (origin: string, note: string): ReceiptExpectation => ({
  contract: 'anchor',
  transaction: 'Anchor',
  stateKey: `anchor/log/${origin}`,
  value: { note },
});

/** Whether a value written is the JSON of an object that has the members expected. */
export const hasMembers = (json: string, members: ReceiptExpectation['value']): boolean => {
  const value = JSON.parse(json) as Readonly<Record<string, unknown>> | null;
  return Object.entries(members).every(([name, member]) => value?.[name] === member);
};
