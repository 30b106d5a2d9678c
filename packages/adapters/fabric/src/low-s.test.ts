import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { it } from 'node:test';
import { lowSDer } from './low-s.ts';

const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

it('is the same signature in DER, and its s is low', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (let round = 0; round < 200; round += 1) {
    const data = Buffer.from(String(round));
    const der = lowSDer(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
    assert.ok(verify('sha256', data, publicKey, der));
    const rLength = der[3] ?? 0;
    assert.ok(BigInt(`0x${Buffer.from(der.subarray(6 + rLength)).toString('hex')}`) <= half);
  }
});
