import { deepEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loggedVersion, origin } from '@chartseal/client/testing';
import { parseVerifierKey } from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import { pythonWithCose, skipWithout } from './available.ts';

const script = fileURLToPath(new URL('cose-receipt.py', import.meta.url));
type Case = Readonly<Record<'receipt' | 'entry' | 'publicKey', string>>;

/** What it says of each. */
const judge = (cases: readonly Case[]): unknown =>
  JSON.parse(execFileSync(pythonWithCose() ?? '', [script], { input: JSON.stringify(cases) }).toString());

const logged = async (leafIndex: number, treeSize: number): Promise<Case> => {
  const text = '{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation"}';
  const { coseReceipt = new Uint8Array(), members, verifierKey } = await loggedVersion(text, { leafIndex, treeSize });
  const { publicKey } = parseVerifierKey(sha256, verifierKey);
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { receipt: base64(coseReceipt), entry: members.entry, publicKey: base64(publicKey) };
};

describe('COSE receipts', { skip: skipWithout('cose') }, () => {
  it('verify with tools that know nothing of Chartseal, in the deterministic encoding', async () => {
    const places = [2, 3, 7, 8, 9, 64, 65, 255, 256, 257].flatMap((treeSize) =>
      [...new Set([0, 1, treeSize >> 1, treeSize - 1])].map((leafIndex) => ({ treeSize, leafIndex })),
    );
    const cases = await Promise.all(places.map(({ leafIndex, treeSize }) => logged(leafIndex, treeSize)));
    deepEqual(
      judge(cases),
      places.map((place) => ({ origin, ...place, deterministic: true })),
    );
  });

  it('do not where any byte of receipt, entry or key is another', async () => {
    const whole = await logged(4, 7);
    const cases = (['receipt', 'entry', 'publicKey'] as const).flatMap((name) => {
      const bytes = Buffer.from(whole[name], 'base64');
      return Array.from(bytes, (byte, at) => {
        const altered = Uint8Array.from(bytes).with(at, byte ^ 1);
        return { ...whole, [name]: Buffer.from(altered).toString('base64') };
      });
    });
    deepEqual(
      judge(cases),
      cases.map(() => null),
    );
  });
});
