/** A patient is erased: nothing of the content is left in any file, and the log verifies as before. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyErasure, verifyProof, type PatientDevice } from '@chartseal/client';
import { chartseal } from '../testing/chartseal.ts';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

const word = (): string => `Zq${randomUUID().replaceAll('-', '')}`;
/** Strings that stand for the person, wherever content can have them: narrative, name, identifier, note, attachment, a consent's terms, a request. */
const secret = { family: word(), identifier: word(), note: word(), binary: word(), asked: word() };

let gateway: GatewayProcess;
let device: PatientDevice;
before(async () => {
  gateway = await GatewayProcess.start();
});
after(() => gateway[Symbol.asyncDispose]());

const write = async (resource: {
  readonly resourceType: string;
  readonly id: string;
  readonly [member: string]: unknown;
}): Promise<void> => {
  const { status, text } = await gateway.send('PUT', `${resource.resourceType}/${resource.id}`, {
    body: JSON.stringify(resource),
  });
  ok(status === 200 || status === 201, text);
};
const subject = { reference: 'Patient/erased' };

const writeAll = async (): Promise<void> => {
  const name = [{ family: secret.family }];
  const identifier = [{ value: secret.identifier }];
  await write({ resourceType: 'Patient', id: 'erased', name, identifier });
  await write({ resourceType: 'Patient', id: 'erased', name: [...name, ...name], identifier });
  const observation = { status: 'final', code: { text: 'a' }, subject, note: [{ text: secret.note }] };
  await write({ resourceType: 'Observation', id: 'erased-o', ...observation });
  const data = Buffer.from(secret.binary).toString('base64');
  await write({ resourceType: 'Binary', id: 'erased-b', contentType: 'text/plain', data });
  const content = [{ attachment: { url: 'Binary/erased-b', title: secret.note } }];
  await write({ resourceType: 'DocumentReference', id: 'erased-d', status: 'current', subject, content });
  equal((await gateway.send('DELETE', 'DocumentReference/erased-d')).status, 204);
  device = await enrolDevice(gateway, 'erased');
  await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
  equal((await gateway.send('GET', 'Observation/erased-o', { as: 'hospital-b' })).status, 200);
  const asked = await gateway.send(
    'GET',
    `Patient?family=${secret.family}&identifier=${secret.identifier},${secret.asked}`,
    { as: 'hospital-b' },
  );
  match(asked.text, /"total":1|Patient\/erased/);
};

/** Everything under a folder, as text in which a string of ASCII is found. */
const filesUnder = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
/** As it is, as an index folds it, and within base64, wherever it begins there. */
const formsOf = (text: string): readonly string[] => [
  text,
  text.toLowerCase(),
  ...[0, 1, 2].map((before) =>
    Buffer.from(' '.repeat(before) + text)
      .toString('base64')
      .slice(4, -4),
  ),
];
/** Of what PostgreSQL compresses eight bytes stand together at most, between those that tell how they are to be read. */
const piecesOf = (text: string): readonly string[] =>
  text === secret.asked
    ? formsOf(text).flatMap((form) => Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8)))
    : formsOf(text);
const heldBy = async (folder: string, strings: readonly string[]): Promise<readonly string[]> => {
  const forms = strings.flatMap(piecesOf);
  const holding: string[] = [];
  for (const path of await filesUnder(folder)) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (forms.some((form) => bytes.includes(form))) holding.push(path);
  }
  return holding;
};

const proofOf = async (path: string): Promise<unknown> => {
  for (const until = Date.now() + 20_000; ; await sleep(200)) {
    const { status, text } = await gateway.send('GET', path);
    if (status === 200) return JSON.parse(text);
    ok(status === 503 && Date.now() < until, `${status} ${text}`);
  }
};

describe('$erase', () => {
  it('of a Patient leaves tombstones, a log that verifies, and a statement on the ledger', async () => {
    await writeAll();
    await createObservation(gateway, await createPatient(gateway));
    const proved = await proofOf('Observation/erased-o/$proof');
    equal((await verifyProof(proved, gateway.trust)).outcome, 'proved');
    const holding = await heldBy(gateway.dataDirectory, Object.values(secret));
    ok(holding.length > 0, 'the strings are looked for where they are');
    for (const text of Object.values(secret)) ok((await heldBy(gateway.dataDirectory, [text])).length > 0, text);

    const erased = await gateway.send('POST', 'Patient/erased/$erase', { body: '' });
    equal(erased.status, 200, erased.text);
    for (const path of ['Patient/erased', 'Observation/erased-o', 'Binary/erased-b'])
      equal((await gateway.send('GET', path)).status, 410, path);
    equal((await gateway.send('GET', 'Observation/erased-o/_history/1')).status, 410);
    for (const as of ['hospital-b', 'hospital-c'] as const)
      equal((await gateway.send('GET', 'Observation/erased-o', { as })).status, 404);
    const history = JSON.parse((await gateway.send('GET', 'Patient/erased/_history')).text) as {
      entry: { request: { method: string }; resource?: object }[];
    };
    deepEqual(
      history.entry.map(({ request, resource }) => [request.method, resource]),
      [
        ['DELETE', undefined],
        ['DELETE', undefined],
      ],
    );

    const erasure = await proofOf('Observation/erased-o/$proof?version=1');
    const verified = await verifyErasure(erasure, gateway.trust);
    ok(verified.outcome === 'erased', JSON.stringify(verified));
    const place = (await verifyProof(proved, gateway.trust)) as { log: { leafIndex: number } };
    equal(verified.log.leafIndex, place.log.leafIndex);
    const [proofFile, trustFile] = [
      join(gateway.dataDirectory, '..', 'erasure.json'),
      join(gateway.dataDirectory, 'trust.json'),
    ];
    await writeFile(proofFile, JSON.stringify(erasure));
    const said = await chartseal(['verify', proofFile, '--trust', trustFile]);
    match(said.output, /this leaf was erased on \d{4}-/);
    equal(said.status, 0);
    match((await chartseal(['erase', '--list', '--data', gateway.dataDirectory])).output, /chartseal-erasure\/v1/);
  });

  it('is believed of the leaves that it names alone', async () => {
    const erasure = (await proofOf('Observation/erased-o/$proof?version=1')) as Record<string, unknown>;
    const [other, third] = [await proofOf('Patient/erased/$proof?version=1'), await createPatient(gateway)];
    const kept = (await proofOf(`Patient/${third}/$proof`)) as Record<string, unknown>;
    const { proof, entry, receipt } = kept;
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...erasure, proof, entry, receipt }, 'statement'],
      [{ ...erasure, entry: (other as { entry: string }).entry }, 'inclusion'],
      [{ ...erasure, statement: String(erasure['statement']).replace('time 2', 'time 1') }, 'statement'],
      [{ ...erasure, statementReceipt: erasure['receipt'] }, 'receipt'],
      [{ ...erasure, network: 'ab'.repeat(32) }, 'network'],
    ];
    for (const [file, fault] of wrong) {
      const verified = await verifyErasure(file, gateway.trust);
      equal(verified.outcome === 'refuted' && verified.fault, fault, JSON.stringify(verified));
    }
  });

  it('finished, leaves no byte of it in any file of the store, its log or a fresh backup', async () => {
    const finished = await chartseal(['erase', '--finish', '--data', gateway.dataDirectory]);
    match(finished.output, /1 erasures are finished/);
    equal(finished.status, 0);
    deepEqual(await heldBy(gateway.dataDirectory, Object.values(secret)), []);
    await gateway.kill('SIGTERM');
    deepEqual(await heldBy(gateway.dataDirectory, Object.values(secret)), []);
    await gateway.restart();
    equal((await gateway.send('GET', 'Patient/erased')).status, 410);
    match((await fsck(gateway.dataDirectory)).output, /^clean/m);
  });
});
