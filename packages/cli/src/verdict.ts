/** A verification, in sentences. */
import type { Limit, ProofFault, RefutedProof, VerifiedProof } from '@chartseal/client';

export const provedSentence = ({ version, network, log, ledger }: VerifiedProof): string => {
  const { resourceType, id, versionId, state } = version;
  const what =
    state === 'deletion'
      ? `the deletion of ${resourceType}/${id} (version ${versionId})`
      : `version ${versionId} of ${resourceType}/${id}, every byte as in the file,`;
  return (
    `Proved: ${what} is entry ${log.leafIndex} of the ${log.treeSize} in the log ${log.origin} under a checkpoint that ` +
    `${ledger.mspId} put on the ledger of network ${network} in block ${ledger.blockNumber} ` +
    `(transaction ${ledger.transactionId}, ${ledger.timestamp} by its own clock).`
  );
};

const limits = {
  newest: 'that this is the newest version',
  complete: 'that nothing else was withheld',
  'ledger-independent': 'that the ledger has one history alone, for an embedded ledger is the gateway’s own',
} as const satisfies Record<Limit, string>;

export const notProvedSentence = ({ notProved }: VerifiedProof): string =>
  `Not proved: ${notProved.map((limit) => limits[limit]).join('; ')}.`;

const faults = {
  malformed: 'its member `AT` is missing or has not the form that a chartseal-proof/v1 must have',
  'not-canonical': 'its resource is not the canonical JSON of a FHIR version',
  commitment: 'its entry is not the HMAC-SHA-256 of its resource under its key: resource, key or entry was altered',
  network: 'it is of another network than the one that the trust file pins',
  'tlog-proof': 'its inclusion proof is not a C2SP tlog-proof',
  log: 'its log AT is not one that the trust file pins',
  checkpoint: 'its checkpoint is not signed by a key that the trust file pins for that log',
  inclusion: 'its inclusion proof does not lead from its entry to the checkpoint’s root',
  'receipt-type': 'its receipt is of a ledger of another kind (AT) than the one that the trust file pins',
  receipt: 'its receipt does not show that the ledger holds this checkpoint (AT)',
} as const satisfies Record<ProofFault, string>;

export const refutedSentence = ({ fault, at = '' }: RefutedProof): string =>
  `${faults[fault].replace('AT', () => at)} [${fault}]`;
