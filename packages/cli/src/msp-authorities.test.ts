import { deepEqual, rejects } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { recordedFabricProof } from '@chartseal/client/testing';
import { readMspAuthorities } from './msp-authorities.ts';

const folder = await mkdtemp(join(tmpdir(), 'chartseal-msp-'));
after(() => rm(folder, { recursive: true }));
const file = async (name: string, content: string): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};
const { ledger } = (await recordedFabricProof()).trust;
const [a, b] = ledger.type === 'fabric' ? ledger.organizations.map(({ roots }) => roots[0] ?? '') : [];

it('reads the authorities of each organisation, from one file or several', async () => {
  const [ofA, ofBoth] = [await file('a.pem', `comment\n${a}`), await file('both.pem', `${a}${b}`)];
  deepEqual(await readMspAuthorities([`AMSP=${ofA}`]), [{ mspId: 'AMSP', roots: [a] }]);
  deepEqual(await readMspAuthorities([`AMSP=${ofBoth}`]), [{ mspId: 'AMSP', roots: [a, b] }]);
  deepEqual(await readMspAuthorities([`AMSP=${ofA}`, `AMSP=${await file('b.pem', `${b}`)}`]), [
    { mspId: 'AMSP', roots: [a, b] },
  ]);
});

it('says what is wrong with a file or a value', async () => {
  await rejects(readMspAuthorities(['AMSP']), /write <mspId>=<file/);
  await rejects(readMspAuthorities(['AMSP=/nothing.pem']), /cannot be read \(ENOENT\)/);
  await rejects(readMspAuthorities([`AMSP=${await file('text.pem', 'text')}`]), /holds no certificate/);
  const broken = `${a}`.replace(/\nMII.{10}/, '\n');
  await rejects(readMspAuthorities([`AMSP=${await file('broken.pem', broken)}`]), /no authority’s/);
});
