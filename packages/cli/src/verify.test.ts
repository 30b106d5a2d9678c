import { equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anchoredProof, loggedVersion, recordedFabricProof } from '@chartseal/client/testing';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'chartseal-cli-'));
after(() => rm(folder, { recursive: true }));

const chartseal = (...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

const text = '{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation","valueQuantity":{"value":1.10}}';
const { proof, trust } = await anchoredProof(text);
const file = async (name: string, content: unknown): Promise<string> => {
  await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
};
const trustFile = await file('trust.json', trust);

it('says what it proved and what not, with status 0', async () => {
  const { status, stdout, stderr } = await chartseal('verify', await file('proof.json', proof), '--trust', trustFile);
  equal(stderr, '');
  equal(status, 0);
  const [proved, notProved] = stdout.split('\n');
  match(proved!, /^Proved: version 2 of Observation\/o1, .* entry 4 of the 7 .* block \d+/);
  match(notProved!, /^Not proved: .*newest version.*withheld.*gateway’s own/);
});

it('takes the proof out of a Provenance that is about the same version', async () => {
  const data = Buffer.from(JSON.stringify(proof)).toString('base64');
  const signature = [{ sigFormat: 'application/vnd.chartseal.proof+json', data }];
  const verified = async (reference: string) => {
    const provenance = { resourceType: 'Provenance', target: [{ reference }], signature };
    return chartseal('verify', await file('provenance.json', provenance), '--trust', trustFile);
  };
  const { status, stdout } = await verified('Observation/o1/_history/2');
  equal(status, 0);
  match(stdout, /^Proved: version 2 of Observation\/o1/);
  const other = await verified('Observation/o1/_history/1');
  equal(other.status, 1);
  match(other.stderr, /of another version than its target \[target\]/);
});

it('says in one line exactly what is wrong, with status 1', async () => {
  const altered = Buffer.from(text.replace('1.10', '1.11')).toString('base64');
  const good = await file('proof.json', proof);
  const twice = JSON.stringify(proof).replace('{', '{"resource":"AAAA",');
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[await file('altered.json', { ...proof, resource: altered }), '--trust', trustFile], /altered \[commitment\]/],
    [[await file('empty.json', {}), '--trust', trustFile], /`type` is missing/],
    [[await file('twice.json', twice), '--trust', trustFile], /not strict JSON/],
    [[good], /without a pinned trust file/],
    [[good, '--trust', good], /no trust file: type/],
    [[good, '--trust', 'nothing.json'], /nothing\.json cannot be read \(ENOENT\)/],
    [['nothing.json', '--trust', trustFile], /nothing\.json cannot be read/],
  ];
  for (const [args, expected] of cases) {
    const { status, stdout, stderr } = await chartseal('verify', ...args);
    match(stderr, expected);
    equal(stderr.trimEnd().split('\n').length, 1);
    equal(stdout, '');
    equal(status, 1);
  }
});

it('says of a proof on Fabric which hospitals signed, and why a receipt that ages too much proves nothing', async () => {
  const fabric = await recordedFabricProof();
  const trusted = ['--trust', await file('fabric-trust.json', fabric.trust)];
  const whole = await chartseal('verify', await file('fabric.json', fabric.proof), ...trusted);
  equal(whole.stderr, '');
  const [proved, notProved] = whole.stdout.split('\n');
  match(proved!, /signed by HospitalAMSP, HospitalBMSP: a majority of the 2 organisations/);
  match(notProved!, /^Not proved: .*newest version.*withheld.*agree among themselves/);
  const aged = await file('aged.json', { ...fabric.proof, receipt: fabric.receipts.overwritten });
  const refuted = await chartseal('verify', aged, ...trusted);
  equal(refuted.status, 1);
  match(refuted.stderr, /no majority of the organisations .* signed that it took effect\) \[receipt: effect\]/);
});

it('holds resource and key of a proof against a COSE receipt, and says that the ledger is not in it', async () => {
  const { verifierKey, members, coseReceipt = new Uint8Array() } = await loggedVersion(text);
  const proofFile = await file('logged.json', { ...members, network: '', receipt: { type: 'none' } });
  const trusted = await file('logged-trust.json', { ...trust, logs: [verifierKey] });
  await writeFile(join(folder, 'receipt.cbor'), coseReceipt);
  await writeFile(
    join(folder, 'altered.cbor'),
    coseReceipt.map((byte, at) => (at === coseReceipt.length - 1 ? byte ^ 1 : byte)),
  );
  const verify = (receipt: string) => chartseal('verify', proofFile, '--cose', receipt, '--trust', trusted);
  const { status, stdout } = await verify('receipt.cbor');
  equal(status, 0);
  match(stdout, /^Proved: version 2 of Observation\/o1, .* entry 4 of the 7 .*\nNot proved: that the ledger holds/);
  const altered = await verify('altered.cbor');
  equal(altered.status, 1);
  match(altered.stderr, /\[tree-head\]/);
  match((await verify(proofFile)).stderr, /\[malformed\]/);
  match((await verify('nothing.cbor')).stderr, /nothing\.cbor cannot be read \(ENOENT\)/);
});
