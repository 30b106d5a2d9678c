import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TrustedOrganization } from '@chartseal/client';
import { CliError, codeOf } from './cli-error.ts';

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The organisations of `<mspId>=<file>`s. A file holds one or several certificates (PEM): those that issued themselves are roots, the others
 * intermediates. An MSP may be named several times.
 * @throws CliError
 */
export const readMspAuthorities = async (values: readonly string[]): Promise<readonly TrustedOrganization[]> => {
  const organizations = new Map<string, { roots: string[]; intermediates: string[] }>();
  for (const value of values) {
    const [, mspId = '', path = ''] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    if (mspId === '') throw new CliError(`--msp ${value}: write <mspId>=<file of its authority>`);
    const known = organizations.get(mspId) ?? { roots: [], intermediates: [] };
    for (const { pem, kind } of await readAuthorities(path)) known[kind].push(pem);
    organizations.set(mspId, known);
  }
  return [...organizations].map(([mspId, { roots, intermediates }]) => {
    if (roots.length === 0)
      throw new CliError(`--msp ${mspId}: none of its certificates is a root, which issued itself`);
    return { mspId, roots, ...(intermediates.length === 0 ? {} : { intermediates }) };
  });
};

type Authority = { readonly pem: string; readonly kind: 'roots' | 'intermediates' };

const readAuthorities = async (path: string): Promise<readonly Authority[]> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });
  const blocks = text.match(pemBlock) ?? [];
  if (blocks.length === 0) throw new CliError(`${path} holds no certificate in PEM`);
  return blocks.map((block) => {
    try {
      const certificate = new X509Certificate(block);
      const kind = certificate.checkIssued(certificate) ? 'roots' : 'intermediates';
      if (certificate.ca) return { pem: `${block}\n`, kind };
    } catch {
      // Said below.
    }
    throw new CliError(`${path} holds a certificate that is no authority’s`);
  });
};
