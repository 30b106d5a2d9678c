import { toBase64 } from '@chartseal/tlog';
import { readAuthority } from './receipt/fabric/certification.ts';
import type { TrustedOrganization } from './receipt/fabric/endorsed.ts';
import { objectAt, TrustFileError } from './trust-file-error.ts';

const place = 'ledger.organizations';

/**
 * No two may be vouched for by one authority: whoever holds it would be both, and so a majority by itself.
 * @throws TrustFileError
 */
export const parseOrganizations = (value: unknown): readonly TrustedOrganization[] => {
  if (!Array.isArray(value) || value.length === 0)
    throw new TrustFileError(place, 'must list every member of the channel');
  const organizations = value.map((each, index) => parseOrganization(objectAt(`${place}[${index}]`, each), index));
  const owners = new Map<string, number>();
  for (const [index, { mspId, roots, intermediates = [] }] of organizations.entries()) {
    const known = organizations.findIndex((other) => other.mspId === mspId);
    if (known < index) throw new TrustFileError(`${place}[${index}].mspId`, `is that of ${place}[${known}], too`);
    for (const pem of [...roots, ...intermediates]) {
      const key = toBase64(readAuthority(pem)?.publicKey ?? new Uint8Array());
      const owner = owners.get(key) ?? index;
      if (owner !== index)
        throw new TrustFileError(`${place}[${index}]`, `has an authority that is of ${place}[${owner}], too`);
      owners.set(key, index);
    }
  }
  return organizations;
};

const parseOrganization = (
  { mspId, roots, intermediates }: Readonly<Record<string, unknown>>,
  index: number,
): TrustedOrganization => {
  const at = `${place}[${index}]`;
  if (typeof mspId !== 'string' || mspId === '') throw new TrustFileError(`${at}.mspId`, 'must be an MSP id');
  if (!Array.isArray(roots) || roots.length === 0)
    throw new TrustFileError(`${at}.roots`, 'must list at least one certificate');
  const parsed = { mspId, roots: parseAuthorities(`${at}.roots`, roots) };
  if (intermediates === undefined) return parsed;
  if (!Array.isArray(intermediates)) throw new TrustFileError(`${at}.intermediates`, 'must be a list of certificates');
  return { ...parsed, intermediates: parseAuthorities(`${at}.intermediates`, intermediates) };
};

const parseAuthorities = (at: string, certificates: readonly unknown[]): readonly string[] =>
  certificates.map((pem, index) => {
    if (typeof pem === 'string' && readAuthority(pem) !== undefined) return pem;
    throw new TrustFileError(`${at}[${index}]`, 'is not the certificate of an authority (one in PEM)');
  });
