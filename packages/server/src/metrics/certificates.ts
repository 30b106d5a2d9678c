import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { MetricSource } from './sampling.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** When the first of the certificates in PEM ends, in seconds since 1970; undefined if it holds none. */
export const firstExpirySeconds = (pem: string): number | undefined => {
  const ends = (pem.match(PEM) ?? []).map((text) => new X509Certificate(text).validToDate.getTime() / 1000);
  return ends.length === 0 ? undefined : Math.min(...ends);
};

/** `files`: for each variable that names a file of certificates, its path. Read anew each time: certificates are renewed in place. */
export const certificatesSource = (files: Readonly<Record<string, string | undefined>>): MetricSource => ({
  name: 'certificates',
  gauges: ['chartseal_certificate_expiry_timestamp_seconds'],
  sample: async () => {
    const named = Object.entries(files).flatMap(([variable, path]) => (path === undefined ? [] : [{ variable, path }]));
    const read = await Promise.all(
      named.map(async ({ variable, path }) => ({ variable, ends: firstExpirySeconds(await readFile(path, 'utf8')) })),
    );
    return read.flatMap(({ variable, ends }) =>
      ends === undefined
        ? []
        : [
            {
              gauge: 'chartseal_certificate_expiry_timestamp_seconds' as const,
              labels: { certificate: variable },
              value: ends,
            },
          ],
    );
  },
});
