/** What verifiers answer: what is shown, and which link broke. */

/** The link that broke. */
export type ProofFault =
  | 'malformed' // not a proof file of this type; `at` names the member, or is `json` for a text that is none
  | 'not-canonical' // the resource is not canonical JSON of a FHIR version
  | 'commitment' // the entry is not HMAC-SHA-256 of the resource under the key
  | 'network' // of another network than the one trusted
  | 'tlog-proof' // the proof is no C2SP tlog-proof
  | 'log' // its log is not one of those trusted
  | 'checkpoint' // no trusted key of that log signed the checkpoint
  | 'inclusion' // the entry is not at that place under the checkpoint
  | 'witnesses' // too few of the witnesses that the trust file names cosigned the checkpoint (`at`: how many of how many), or one signed another (`signature`)
  | 'statement' // what the log states is not signed by a key of it that is trusted, or does not name this leaf; `at` says which
  | 'receipt-type' // the receipt is of another kind of ledger than the one trusted
  | 'receipt'; // the receipt does not show that the ledger holds this checkpoint, or this statement; `at` says why

/** What no proof of this kind shows. */
export type Limit =
  | 'newest' // that no newer version exists
  | 'complete' // that nothing else was withheld
  | 'ledger-independent' // that the ledger has one history: the embedded one is the gateway's own
  | 'no-conspiracy'; // that the members who signed have no second history between them

export type ProvedAnchor = {
  readonly blockNumber: number;
  readonly transactionId: string;
  /** Who anchored it. */
  readonly mspId: string;
  /** By the anchoring organisation's clock. */
  readonly timestamp: string;
};

/** What the receipt shows. */
export type ProvedLedger =
  | (ProvedAnchor & { readonly type: 'embedded' })
  | (ProvedAnchor & {
      readonly type: 'fabric';
      /** The organisations that signed that it took effect, of all those that the trust file names. */
      readonly endorsers: readonly string[];
      readonly organizations: number;
    });

/** Where an entry stands. */
export type ProvedPlace = {
  readonly origin: string;
  readonly leafIndex: number;
  readonly treeSize: number;
  /** The names of those that cosigned the checkpoint, where the trust file asks for witnesses. */
  readonly witnesses?: readonly string[];
};

export type RefutedProof = {
  readonly outcome: 'refuted';
  readonly fault: ProofFault;
  /** More exactly: the member, the origin of the log, or the receipt's own fault (`EmbeddedReceiptFault`, `FabricReceiptFault`). */
  readonly at?: string;
};

export const refuted = (fault: ProofFault, at?: string): RefutedProof =>
  at === undefined ? { outcome: 'refuted', fault } : { outcome: 'refuted', fault, at };

/** What the ledger's kind leaves open. */
export const ledgerLimit = ({ type }: ProvedLedger): Limit =>
  type === 'fabric' ? 'no-conspiracy' : 'ledger-independent';
