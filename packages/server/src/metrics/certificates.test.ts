import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { certificatesSource, firstExpirySeconds } from './certificates.ts';

describe('the certificates', () => {
  let folder: string;
  const certificate = (name: string, days: number): Promise<string> => {
    const out = join(folder, name);
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', [...args, '-subj', '/CN=x', '-days', String(days), '-keyout', '/dev/null', '-out', out], {
      stdio: 'ignore',
    });
    return readFile(out, 'utf8');
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-certificates-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('of a file end when the first of them does; what holds none says nothing', async () => {
    const bundle = `${await certificate('long.pem', 400)}${await certificate('short.pem', 10)}`;
    const inDays = ((firstExpirySeconds(bundle) ?? 0) - Date.now() / 1000) / 86_400;
    assert.ok(inDays > 9.9 && inDays < 10.1);
    assert.equal(firstExpirySeconds('no certificate'), undefined);
  });

  it('are read anew at each scrape, and named by their variable, never by their path', async () => {
    const path = join(folder, 'own.pem');
    const source = certificatesSource({ KAFKA_CERT_FILE: path, POSTGRES_CA_FILE: undefined });
    await assert.rejects(source.sample());
    await writeFile(path, await certificate('a.pem', 10));
    const [sample] = await source.sample();
    assert.deepEqual(sample !== undefined && 'gauge' in sample && sample.labels, { certificate: 'KAFKA_CERT_FILE' });
  });
});
