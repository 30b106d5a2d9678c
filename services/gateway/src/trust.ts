import { X509Certificate } from 'node:crypto';
import { parseTrustFile, type TrustedOrganization, type TrustFile, type WitnessPolicy } from '@chartseal/client';
import { ChartsealError } from '@chartseal/ports';
import { allLogIdentities, verifierKeyOf } from '@chartseal/service-anchor';
import { decisionsKey } from '@chartseal/service-query';
import { formatVerifierKey } from '@chartseal/tlog';
import { composeOperation, composeOperationLedger } from './compose-operation.ts';
import type { Operation } from './operation.ts';

/**
 * What strangers need to check this hospital's proofs: the network's id from its own peer, the keys of its logs from its own vault, channel and
 * chaincode from its configuration. Authorities and witnesses come from whoever asks, and from each hospital itself: never from the network that they are to vouch for.
 * @throws TrustFileError for an authority that cannot be used, ChartsealError `misconfigured`
 */
export const trustFileOf = async (
  operation: Operation,
  organizations: readonly TrustedOrganization[],
  witnesses?: WitnessPolicy,
): Promise<TrustFile> => {
  if (operation.mode === 'sandbox')
    throw new ChartsealError(
      'misconfigured',
      'FABRIC_PEER_ENDPOINT is missing: this is for a network of hospitals, the sandbox has written trust.json into its data directory',
    );
  const { channel, chaincode, mspId, certificate } = operation.ledger;
  const ledger = { type: 'fabric', channel, chaincode, organizations, policy: 'majority' } as const;
  const own = organizations.find((each) => each.mspId === mspId);
  if (own === undefined)
    throw new ChartsealError('misconfigured', `the authority of FABRIC_MSP_ID, ${mspId}, is missing`);
  if (!hasIssued(own, certificate))
    throw new ChartsealError(
      'misconfigured',
      `the authority given for ${mspId} did not issue FABRIC_CERT_FILE: give that of identities, not that of TLS`,
    );
  await using engines = await composeOperation(operation);
  await using onLedger = await composeOperationLedger(operation, engines);
  const logs = await allLogIdentities(engines.vault, engines.logOrigin, engines.stores.logs);
  return parseTrustFile({
    type: 'chartseal-trust/v1',
    network: onLedger.ledger?.network,
    logs: [...logs.map(verifierKeyOf), await decisionsKey(engines.vault, engines.logOrigin)].map(formatVerifierKey),
    ledger,
    ...(witnesses === undefined ? {} : { witnesses }),
  });
};

const hasIssued = ({ roots, intermediates = [] }: TrustedOrganization, pem: string): boolean => {
  const certificate = new X509Certificate(pem);
  const authorities = [...roots, ...intermediates].map((each) => new X509Certificate(each));
  return authorities.some((authority) => certificate.verify(authority.publicKey));
};
