import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { certificatesSource, firstExpirySeconds } from './certificates.ts';

/** Made by `openssl req -x509 -newkey ec -days 400`, and 10; their keys were thrown away. */
const later = `-----BEGIN CERTIFICATE-----
MIIBbjCCAROgAwIBAgIUMFFyMrdmbQ5bp+gjFkgRohEcAhkwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAeFw0yNjExMjMwNTA1MDdaFw0yNzEyMjgwNTA1MDdaMAwx
CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR04XjkKraOp6gR
StVic3rdPc/K/jlRB4Ev1nGSMX/t1luW8C6UWhYY2SVnVlD+sfpy1nUDXkf2MSXE
EDnqeab+o1MwUTAdBgNVHQ4EFgQUDspTsAsWamnx0EBvtT6ShHb9lFUwHwYDVR0j
BBgwFoAUDspTsAsWamnx0EBvtT6ShHb9lFUwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNJADBGAiEAvgxjoQoLC7OFx17S4QFPUzKOKUBVU+lujAtJBMjHtakC
IQDizEkdEHmLRVAOFtkNBhRyKbY2rJ6A9gapFK6Ogy8Pmg==
-----END CERTIFICATE-----
`;
const sooner = `-----BEGIN CERTIFICATE-----
MIIBbjCCAROgAwIBAgIUbiZk3TR/mOGOZkoyDyHxiwgnjtgwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAeFw0yNjExMjMwNTA1MDdaFw0yNjEyMDMwNTA1MDdaMAwx
CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ0YxxnoKCQPwHy
bjpsM+tI4TScthGE2iP2efmlQ3oOIkmQWgxNn14xgmKTb8CEeu+5O4BFWm0fBK0p
rwByFAvko1MwUTAdBgNVHQ4EFgQU8S7XSLUENMrtlGDP8Nzdxf1yAcIwHwYDVR0j
BBgwFoAU8S7XSLUENMrtlGDP8Nzdxf1yAcIwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNJADBGAiEAiyXjmIpjspeUcCrLLWf4ZxPULzzsGWXPo5iheaBOfkcC
IQCQcNFN6SNG2OmBr5aPsYZ1nHe7JODojVLLr2LPwKn4JA==
-----END CERTIFICATE-----
`;
const laterEnds = Date.parse('2027-12-28T05:05:07Z') / 1000;
const soonerEnds = Date.parse('2026-12-03T05:05:07Z') / 1000;

describe('the certificates', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-certificates-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('of a file end when the first of them does; what holds none says nothing', () => {
    assert.equal(firstExpirySeconds(later), laterEnds);
    assert.equal(firstExpirySeconds(`${later}${sooner}`), soonerEnds);
    assert.equal(firstExpirySeconds('no certificate'), undefined);
  });

  it('are read anew at each scrape, and named by their variable, never by their path', async () => {
    const path = join(folder, 'own.pem');
    const source = certificatesSource({ KAFKA_CERT_FILE: path, POSTGRES_CA_FILE: undefined });
    await assert.rejects(source.sample());
    await writeFile(path, sooner);
    const gauge = 'chartseal_certificate_expiry_timestamp_seconds';
    const labels = { certificate: 'KAFKA_CERT_FILE' };
    assert.deepEqual(await source.sample(), [{ gauge, labels, value: soonerEnds }]);
    await writeFile(path, later);
    assert.deepEqual(await source.sample(), [{ gauge, labels, value: laterEnds }]);
  });
});
