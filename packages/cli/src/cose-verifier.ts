import { readFile } from 'node:fs/promises';
import { receiptSubject, verifyCoseReceipt, type CoseReceiptFault } from '@chartseal/client';
import { CliError, codeOf } from './cli-error.ts';
import type { Verifier } from './verifier.ts';

const faults = {
  malformed: 'it is not a COSE receipt of inclusion (RFC 9942) as a gateway writes them',
  'not-canonical': 'the resource is not the canonical JSON of a FHIR version',
  log: 'its log, or that log’s key, is not one that the trust file pins',
  inclusion: 'its path has not the length that its place in the tree asks for',
  'tree-head':
    'the log signed no tree to which resource, key and path lead: one of them was altered, or the signature was',
} as const satisfies Record<CoseReceiptFault, string>;

/** Holds what a proof file is about against a COSE receipt. @throws CliError for one that cannot be read */
export const coseVerifier = async (receiptPath: string): Promise<Verifier> => {
  const receipt = await readFile(receiptPath).catch((cause: unknown) => {
    throw new CliError(`${receiptPath} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });
  return async (file, trust, path) => {
    const subject = receiptSubject(file);
    if (subject === undefined) throw new CliError(`${path} is no proof file: it has no resource and key to look for`);
    const verification = await verifyCoseReceipt(receipt, subject, trust);
    if (verification.outcome === 'refuted')
      throw new CliError(`${receiptPath} proves nothing: ${faults[verification.fault]} [${verification.fault}]`);
    const { version, log, notProved } = verification;
    const what = version.state === 'deletion' ? 'the deletion of ' : '';
    return [
      `Proved: ${what}version ${version.versionId} of ${version.resourceType}/${version.id}, every byte as in ${path}, is entry ` +
        `${log.leafIndex} of the ${log.treeSize} in the log ${log.origin}, whose key signed that tree.`,
      'Not proved: that the ledger holds that tree; that this is the newest version; that nothing else was withheld' +
        `${notProved.includes('witnesses') ? '; that the witnesses for whom the trust file asks saw that tree' : ''}.`,
    ];
  };
};
