import type { DirectoryEntry, FoundingDocument } from '@chartseal/contracts';
import type { Ledger } from '@chartseal/ports';
import { members, type Member } from './members.ts';

/** The addresses of this gateway that its directory entry tells. */
export type OwnAddresses = Pick<DirectoryEntry, 'fhirBaseUrl' | 'tokenUrl' | 'consentBaseUrl' | 'witnessUrl'>;

/**
 * Founds the directory as a network of hospitals would: each of them approves the same document with its own identity. Where it is
 * founded already, only this gateway's own addresses are brought up to date.
 */
export const foundNetwork = async (
  ledgers: Readonly<Record<Member, Ledger>>,
  entries: Readonly<Record<Member, DirectoryEntry>>,
): Promise<void> => {
  const own = ledgers['hospital-a'];
  const existing = JSON.parse(
    await own.evaluate({ contract: 'directory', transaction: 'List', args: [] }),
  ) as DirectoryEntry[];
  if (existing.length > 0) return updateOwnAddresses(own, existing, entries['hospital-a']);
  const document: FoundingDocument = {
    network: own.network,
    members: members.map((member) => entries[member]),
    policy: { implicit: { TREAT: 'deny', HPAYMT: 'deny', HRESCH: 'deny' }, attested: true },
  };
  for (const member of members) {
    await ledgers[member].submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] });
  }
};

const updateOwnAddresses = async (
  own: Ledger,
  existing: readonly DirectoryEntry[],
  wanted: DirectoryEntry,
): Promise<void> => {
  const current = existing.find(({ id }) => id === wanted.id);
  const { fhirBaseUrl, tokenUrl, consentBaseUrl, witnessUrl } = wanted;
  const addresses: OwnAddresses = { fhirBaseUrl, tokenUrl, consentBaseUrl, witnessUrl };
  if (
    current?.fhirBaseUrl === fhirBaseUrl &&
    current.tokenUrl === tokenUrl &&
    current.consentBaseUrl === consentBaseUrl &&
    current.witnessUrl === witnessUrl
  )
    return;
  await own.submit({ contract: 'directory', transaction: 'UpdateOwn', args: [JSON.stringify(addresses)] });
};
