import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { it } from 'node:test';
import { formatVerifierKey, makeVerifierKey } from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';
import { TrustFileError } from './trust-file-error.ts';
import { newAuthority } from './receipt/testing/certificates.ts';
import { validity } from './receipt/testing/played-network.ts';
import { recordedFabricProof } from './testing/recorded-fabric-proof.ts';
import { parseTrustFile } from './trust-file.ts';

const vkey = formatVerifierKey(makeVerifierKey(sha256, 'a.example/records', generateEd25519().publicKey));
const whole = {
  type: 'chartseal-trust/v1',
  network: '0'.repeat(64),
  logs: [vkey],
  ledger: { type: 'embedded', publicKey: Buffer.alloc(44).toString('base64') },
};

it('takes a whole trust file and names what is wrong with any other', () => {
  equal(parseTrustFile(whole).logs[0], vkey);
  const cases: readonly (readonly [string, unknown])[] = [
    ['', null],
    ['', []],
    ['type', { ...whole, type: 'chartseal-trust/v2' }],
    ['network', { ...whole, network: 'abc' }],
    ['logs', { ...whole, logs: [] }],
    ['logs[1]', { ...whole, logs: [vkey, vkey.replace('+', '-')] }],
    ['ledger', { ...whole, ledger: undefined }],
    ['ledger.type', { ...whole, ledger: { type: 'other' } }],
    ['ledger.publicKey', { ...whole, ledger: { type: 'embedded', publicKey: 'AAAA' } }],
  ];
  for (const [at, value] of cases) {
    throws(
      () => parseTrustFile(value),
      (error) => error instanceof TrustFileError && error.at === at,
    );
  }
});

it('takes the members of a Fabric channel, and names what is wrong with any other', async () => {
  const { trust } = await recordedFabricProof();
  const { ledger } = trust;
  ok(ledger.type === 'fabric');
  const [a, b] = ledger.organizations;
  deepEqual(parseTrustFile(JSON.parse(JSON.stringify(trust))), trust);
  const withIntermediate = { ...a!, intermediates: a!.roots };
  deepEqual(parseTrustFile({ ...trust, ledger: { ...ledger, organizations: [withIntermediate] } }).ledger, {
    ...ledger,
    organizations: [withIntermediate],
  });
  const leaf = newAuthority('root', validity).issue({ name: 'peer0', units: ['peer'] }).certificate;
  const cases: readonly (readonly [string, object])[] = [
    ['channel', { channel: '' }],
    ['chaincode', { chaincode: 7 }],
    ['policy', { policy: 'any' }],
    ['organizations', { organizations: [] }],
    ['organizations[1]', { organizations: [a, null] }],
    ['organizations[0].mspId', { organizations: [{ ...a, mspId: '' }] }],
    ['organizations[1].mspId', { organizations: [a, { ...b, mspId: a!.mspId }] }],
    ['organizations[1]', { organizations: [a, { ...b, roots: [...b!.roots, ...a!.roots] }] }],
    ['organizations[0].roots', { organizations: [{ ...a, roots: [] }] }],
    ['organizations[0].roots[0]', { organizations: [{ ...a, roots: [leaf] }] }],
    ['organizations[0].roots[1]', { organizations: [{ ...a, roots: [...a!.roots, a!.roots.join('').repeat(2)] }] }],
    ['organizations[0].intermediates', { organizations: [{ ...a, intermediates: '' }] }],
    ['organizations[0].intermediates[0]', { organizations: [{ ...a, intermediates: ['x'] }] }],
  ];
  for (const [at, changed] of cases) {
    throws(
      () => parseTrustFile({ ...trust, ledger: { ...ledger, ...changed } }),
      (error) => error instanceof TrustFileError && error.at === `ledger.${at}`,
      at,
    );
  }
});
