/** A verification, in sentences. */
import type {
  FabricReceiptFault,
  Limit,
  ProofFault,
  RefutedProof,
  VerifiedBundle,
  VerifiedDecision,
  VerifiedErasure,
  VerifiedProof,
} from '@chartseal/client';

export const provedSentence = ({ version, network, log, ledger }: VerifiedProof): string => {
  const { resourceType, id, versionId, state } = version;
  const what =
    state === 'deletion'
      ? `the deletion of ${resourceType}/${id} (version ${versionId})`
      : `version ${versionId} of ${resourceType}/${id}, every byte as in the file,`;
  return (
    `Proved: ${what} is entry ${log.leafIndex} of the ${log.treeSize} in the log ${log.origin} under a checkpoint that ` +
    `${ledger.mspId} put on the ledger of network ${network} in block ${ledger.blockNumber} ` +
    `(transaction ${ledger.transactionId}, ${ledger.timestamp} by its own clock).${endorsedSentence(ledger)}${witnessedSentence(log)}`
  );
};

export const erasedSentence = ({ network, log, ledger, erasedAt }: VerifiedErasure): string =>
  `Erased: this leaf was erased on ${erasedAt} (by the hospital’s own clock). It is entry ${log.leafIndex} of the ${log.treeSize} in the log ${log.origin}, ` +
  `which stands as it was; what the entry stood for was destroyed, with the key that tied it to it. ${ledger.mspId} told the ledger of network ${network} ` +
  `in block ${ledger.blockNumber} (transaction ${ledger.transactionId}).${endorsedSentence(ledger)}`;

const witnessedSentence = ({ witnesses }: VerifiedProof['log']): string =>
  witnesses === undefined
    ? ''
    : ` Witnesses that the trust file names saw that checkpoint go on from those before it: ${witnesses.join(', ')}.`;

const decisionWords = (statement: VerifiedDecision['statement']): string =>
  statement.decisions
    .map(({ reason, ledgerHeight, consents, versions }) => {
      const basis = consents.map(({ consentId, sequence }) => `${consentId} (sequence ${sequence})`).join(', ');
      const shown = versions.map(({ record, versionId }) => `${record} version ${versionId}`).join(', ');
      return `${shown}, for ${reason}${basis === '' ? '' : ` by ${basis}`} at ledger height ${ledgerHeight}`;
    })
    .join('; ');

export const decidedSentence = ({ statement, log, ledger }: VerifiedDecision): string =>
  `Proved: ${statement.custodian} signed that it showed ${statement.recipient}, for ${statement.purpose}, on ${statement.decidedAt}: ${decisionWords(statement)}. ` +
  `Its audit entry is entry ${log.leafIndex} of the ${log.treeSize} in the log ${log.origin}, on the ledger in block ${ledger.blockNumber}.${endorsedSentence(ledger)}`;

export const bundleSentences = ({ entries }: VerifiedBundle): readonly string[] => [
  ...entries.map(entrySentence),
  `${entries.filter(({ kind }) => kind === 'proved').length} of ${entries.filter(({ kind }) => kind !== 'provenance').length} entries are proved. ` +
    'Not proved: that nothing else matched; that these are the newest versions.',
];

const entrySentence = (entry: VerifiedBundle['entries'][number]): string => {
  if (entry.kind === 'proved') return provedSentence(entry.proof);
  if (entry.kind === 'altered-for-recipient')
    return `Not proved: ${entry.reference} was altered for this recipient (parts left out or labels added), and nothing proves what is left.`;
  const sentence = entry.of.outcome === 'erased' ? erasedSentence(entry.of) : provedSentence(entry.of);
  return `${entry.reference} carries the proof of what it is about, and nobody signed what else it says. ${sentence}`;
};

const endorsedSentence = (ledger: VerifiedProof['ledger']): string =>
  ledger.type === 'fabric'
    ? ` That it took effect is signed by ${ledger.endorsers.join(', ')}: a majority of the ${ledger.organizations} organisations that the trust file names.`
    : '';

const limits = {
  newest: 'that this is the newest version',
  complete: 'that nothing else was withheld',
  'ledger-independent': 'that the ledger has one history alone, for an embedded ledger is the gateway’s own',
  'no-conspiracy': 'that those organisations did not agree among themselves to sign what is not on the ledger',
} as const satisfies Record<Limit, string>;

export const notProvedSentence = ({ notProved }: Pick<VerifiedProof, 'notProved'>): string =>
  `Not proved: ${notProved.map((limit) => limits[limit]).join('; ')}.`;

const faults = {
  malformed: 'its member `AT` is missing or has not the form that a file of its type must have',
  'not-canonical': 'its resource is not the canonical JSON of a FHIR version',
  commitment: 'its entry is not the HMAC-SHA-256 of its resource under its key: resource, key or entry was altered',
  network: 'it is of another network than the one that the trust file pins',
  'tlog-proof': 'its inclusion proof is not a C2SP tlog-proof',
  log: 'its log AT is not one that the trust file pins',
  checkpoint: 'its checkpoint is not signed by a key that the trust file pins for that log',
  witnesses: 'its checkpoint lacks the cosignatures of witnesses that the trust file asks for (AT)',
  inclusion: 'its inclusion proof does not lead from its entry to the checkpoint’s root',
  statement: 'the log’s statement is not signed by a key that the trust file pins, or is not about this leaf (AT)',
  'receipt-type': 'its receipt is of a ledger of another kind (AT) than the one that the trust file pins',
  receipt: 'its receipt does not show that the ledger holds this checkpoint (AT)',
} as const satisfies Record<ProofFault, string>;

/** What is wrong with a receipt of Fabric, where its name alone would not say. */
const receiptFaults: Readonly<Record<string, string>> = {
  channel: 'it is of another channel',
  chaincode: 'it is of another chaincode',
  network: 'it names another network than the trust file',
  majority: 'fewer than a majority of the organisations in the trust file endorsed it',
  'endorser-certificate':
    'an endorser’s certificate is not a peer’s of an organisation in the trust file, or was not valid then',
  'creator-certificate':
    'its submitter’s certificate is not of an organisation in the trust file, or was not valid then',
  effect: 'no majority of the organisations in the trust file has signed that it took effect',
} satisfies Partial<Record<FabricReceiptFault, string>>;

export const refutedSentence = ({ fault, at = '' }: RefutedProof): string => {
  const detail = fault === 'receipt' ? (receiptFaults[at] ?? at) : at;
  return `${faults[fault].replace('AT', () => detail)} [${fault}${fault === 'receipt' ? `: ${at}` : ''}]`;
};
