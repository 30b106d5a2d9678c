import { equal, throws } from 'node:assert/strict';
import { it } from 'node:test';
import { formatVerifierKey, makeVerifierKey } from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';
import { TrustFileError } from './trust-file-error.ts';
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
