/** One flipped bit in anything that is kept, and `chartseal fsck` names it. */
import { equal, match, ok } from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';
import { proved } from '../testing/proof.ts';
import { ledgerFile, withStore } from '../testing/stopped-store.ts';

type ColumnType = 'text' | 'bytea' | 'uuid' | 'jsonb';

type Flip = {
  readonly what: string;
  readonly table: string;
  readonly column: string;
  readonly type: ColumnType;
  /** Of which a random row is taken. */
  readonly where: string;
  readonly named: RegExp;
};

const version = { table: 'version', where: 'erased_ms is null', named: /^record \S+ version \d+: / } as const;
const tile = { table: 'tile', column: 'data', type: 'bytea' } as const;

const indexed = { where: 'true', named: /^record \S+: (the index|what it is sorted)/ } as const;

const emergency = { table: 'break_glass', where: 'true', named: /^emergency \S+: / } as const;

/** Of a patient whose first consent was revoked and whose second is in force. */
const directive = { table: 'directive', where: `operation = 'put'`, named: /^(handle \S+|directive \d+): / } as const;
const terms = {
  ...directive,
  where: 'consent_text is not null',
  named: /^(handle \S+: the terms|directive \d+: whom)/,
} as const;
const statement = {
  table: 'erasure_statement',
  where: `log = 'records'`,
  named: /^(erasure statement [0-9a-f]{64}: |record \S+ version \d+: )/,
} as const;

const flips: readonly Flip[] = [
  { ...emergency, what: 'the reason of an emergency', column: 'reason', type: 'text' },
  { ...emergency, what: 'who had an emergency', column: 'organization', type: 'text' },
  {
    what: 'the content of a Binary',
    table: 'binary_content',
    column: 'bytes',
    type: 'bytea',
    where: 'true',
    named: version.named,
  },
  { ...indexed, what: 'what a record is found by', table: 'term', column: 'term', type: 'uuid' },
  { ...indexed, what: 'the system of a code', table: 'term', column: 'qualifier', type: 'uuid' },
  { ...indexed, what: 'a text that is searched', table: 'string_term', column: 'value', type: 'text' },
  {
    ...indexed,
    what: 'a text as it was written',
    table: 'string_term',
    column: 'exact',
    type: 'uuid',
    where: 'exact is not null',
  },
  { ...indexed, what: 'whose number it is', table: 'number_term', column: 'term', type: 'uuid' },
  { ...indexed, what: 'whose date it is', table: 'date_term', column: 'term', type: 'uuid' },
  { ...indexed, what: 'what a composite pairs', table: 'token_term', column: 'value', type: 'uuid' },
  {
    ...indexed,
    what: 'what is sorted by',
    table: 'record',
    column: 'facets',
    type: 'jsonb',
    where: `facets <> '{"o":[]}'`,
  },
  {
    what: 'whom a consent could permit',
    table: 'consent_reach',
    column: 'organization',
    type: 'text',
    where: 'true',
    named: /^directive \d+: whom/,
  },
  { ...directive, what: 'a directive', column: 'jws', type: 'text', where: `jws <> ''` },
  { ...directive, what: 'what a directive is found by', column: 'digest', type: 'text', where: `jws <> ''` },
  { ...directive, what: 'which consent a directive is about', column: 'consent_id', type: 'text' },
  { ...directive, what: 'the transaction of a directive', column: 'transaction_id', type: 'text' },
  { ...terms, what: 'the terms of a consent', column: 'consent_text', type: 'text' },
  { ...terms, what: 'the key of a consent’s terms', column: 'commitment_key', type: 'bytea' },
  {
    what: 'an enrolment',
    table: 'patient_handle',
    column: 'enrolment_jws',
    type: 'text',
    where: 'enrolment_jws is not null',
    named: /^handle \S+: /,
  },
  {
    what: 'a handle',
    table: 'patient_handle',
    column: 'handle',
    type: 'text',
    where: 'enrolment_jws is not null',
    named: /^handle \S+: /,
  },
  { ...statement, what: 'what was told of an erasure', column: 'note', type: 'text' },
  { ...statement, what: 'the receipt of an erasure', column: 'receipt', type: 'text' },
  {
    ...version,
    what: 'what is left of an erased version',
    column: 'content',
    type: 'text',
    where: 'erased_ms is not null',
  },
  {
    ...version,
    what: 'the leaf of an erased version',
    column: 'commitment',
    type: 'bytea',
    where: 'erased_ms is not null',
  },
  { ...version, what: 'an audit entry', column: 'content', type: 'text', where: `log = 'access'` },
  { ...version, what: 'a record', column: 'content', type: 'text' },
  { ...version, what: 'a record’s commitment', column: 'commitment', type: 'bytea' },
  { ...version, what: 'the key of a commitment', column: 'commitment_key', type: 'bytea' },
  {
    what: 'a record’s name',
    table: 'record',
    column: 'logical_id',
    type: 'text',
    where: 'true',
    named: version.named,
  },
  {
    what: 'a receipt',
    table: 'anchored_checkpoint',
    column: 'receipt',
    type: 'text',
    where: `log = 'records' and tree_size = (select max(tree_size) from anchored_checkpoint where log = 'records')`,
    named: /^records receipt: /,
  },
  {
    ...tile,
    what: 'a full tile',
    where: `log = 'records' and level = 0 and width = 256`,
    named: /^records tile\/0\/000: /,
  },
  { ...tile, what: 'a partial tile', where: `log = 'records' and level = 1`, named: /^records tile\/1\/000\.p\/\d+: / },
  {
    ...tile,
    what: 'a tile of the access log',
    where: `log = 'access' and level = 0`,
    named: /^access tile\/0\/000\.p\/\d+: /,
  },
  {
    ...tile,
    what: 'an entry bundle',
    where: `log = 'records' and level < 0`,
    named: /^(records tile\/|record \S+ version )/,
  },
  {
    what: 'a checkpoint',
    table: 'checkpoint',
    column: 'note',
    type: 'text',
    where: `log = 'records'`,
    named: /^records checkpoint: /,
  },
  {
    what: 'an anchored checkpoint',
    table: 'anchored_checkpoint',
    column: 'note',
    type: 'text',
    where: `log = 'records' and tree_size = (select max(tree_size) from anchored_checkpoint where log = 'records')`,
    named: /^records anchored checkpoint: /,
  },
  {
    what: 'the tree that COSE receipts are made of',
    table: 'anchored_checkpoint',
    column: 'cose_tree_head',
    type: 'bytea',
    where: `log = 'records' and tree_size = (select max(tree_size) from anchored_checkpoint where log = 'records')`,
    named: /^records COSE tree head: /,
  },
  {
    what: 'the head of a log',
    table: 'log_writer',
    column: 'state',
    type: 'text',
    where: `log = 'records'`,
    named: /^records head: /,
  },
];

/** The value of a column as bytes, and back. */
const columnTypes = {
  text: { kept: (column) => `convert_to(${column}, 'UTF8')`, written: `convert_from($1, 'UTF8')` },
  jsonb: { kept: (column) => `convert_to(${column}::text, 'UTF8')`, written: `convert_from($1, 'UTF8')::jsonb` },
  uuid: { kept: (column) => `uuid_send(${column})`, written: `encode($1, 'hex')::uuid` },
  bytea: { kept: (column) => column, written: '$1' },
} as const satisfies Record<ColumnType, { kept: (column: string) => string; written: string }>;

const isLetter = (byte: number): boolean => byte > 0x60 && byte < 0x7a;

/** A text stays UTF-8, or PostgreSQL would not take it: only ASCII is flipped, and only into ASCII; JSON stays JSON: only letters. */
const flipped = (bytes: Buffer, type: ColumnType): Buffer => {
  const mayFlip = { text: (byte: number) => byte < 0x80, jsonb: isLetter, uuid: () => true, bytea: () => true }[type];
  const places = [...bytes.keys()].filter((at) => mayFlip(bytes[at]!));
  const at = places[randomInt(places.length)]!;
  const copy = Buffer.from(bytes);
  copy[at]! ^= type === 'text' || type === 'jsonb' ? 1 : 1 << randomInt(8);
  return copy;
};

/** An erasure is proved by what the ledger was told of it. */
const untilToldOfErasure = async (gateway: GatewayProcess, reference: string): Promise<void> => {
  for (const until = Date.now() + 20_000; ; await sleep(200)) {
    const { status, text } = await gateway.send('GET', `${reference}/$proof?version=1`);
    if (status === 200) return;
    ok(status === 503 && Date.now() < until, `${status} ${text}`);
  }
};

describe('A flipped bit is named by chartseal fsck:', () => {
  let gateway: GatewayProcess;

  before(async () => {
    gateway = await GatewayProcess.start();
    const entry = `{"resource":{"resourceType":"Basic","code":{"text":"a"}},"request":{"method":"POST","url":"Basic"}}`;
    const body = `{"resourceType":"Bundle","type":"transaction","entry":[${Array(300).fill(entry).join(',')}]}`;
    equal((await gateway.send('POST', '', { body })).status, 200);
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    // A measurement and a code beside a code: two composites of Observation.
    await createObservation(gateway, patient, '2.5');
    const coded = `{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/${patient}"},"code":{"coding":[{"system":"http://loinc.org","code":"883-9"}]},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"112144000"}]}}`;
    equal((await gateway.send('POST', 'Observation', { body: coded })).status, 201);
    const binary = `{"resourceType":"Binary","contentType":"text/plain","data":"${Buffer.from('hello').toString('base64')}"}`;
    equal((await gateway.send('POST', 'Binary', { body: binary })).status, 201);
    const device = await enrolDevice(gateway, patient);
    const first = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    await device.revoke(first.consentId);
    equal((await gateway.send('GET', reference, { as: 'hospital-b' })).status, 200);
    const emergencyRead = { as: 'hospital-b', purpose: 'BTG', reason: 'unconscious' } as const;
    equal((await gateway.send('GET', reference, emergencyRead)).status, 200);
    equal((await gateway.send('DELETE', reference)).status, 204);
    const erased = await createObservation(gateway, patient);
    await proved(gateway, `${erased.reference}/_history/1`);
    equal((await gateway.send('POST', `${erased.reference}/$erase`, { body: '' })).status, 200);
    await untilToldOfErasure(gateway, erased.reference);
    await proved(gateway, `${reference}/_history/2`);
    await gateway.kill('SIGTERM');
    // What a consent says has been read by the time that a gateway has started.
    await gateway.restart();
    await gateway.kill('SIGTERM');
  });
  after(() => gateway[Symbol.asyncDispose]());

  const names = async (place: RegExp, how: string): Promise<void> => {
    const { status, output } = await fsck(gateway.dataDirectory);
    match(output, new RegExp(place, 'm'), how);
    equal(status, 1, output);
  };
  const isClean = async (): Promise<void> => {
    const { status, output } = await fsck(gateway.dataDirectory);
    equal(status, 0, output);
    match(output, /^clean: \d+ versions, \d+ leaves, \d+ blocks; \d+ not anchored yet$/m);
  };

  it('nothing, as long as none is', isClean);

  for (const { what, table, column, type, where, named } of flips)
    it(what, () =>
      withStore(gateway.dataDirectory, async (sql) => {
        const kept = columnTypes[type].kept(column);
        const rows = await sql<{ ctid: string; kept: Buffer }>(
          `select ctid, ${kept} as kept from ${table} where ${where} order by random() limit 1`,
        );
        const write = async (ctid: string, bytes: Buffer): Promise<string> => {
          const text = `update ${table} set ${column} = ${columnTypes[type].written} where ctid = $2 returning ctid`;
          const [row] = await sql<{ ctid: string }>(text, [bytes, ctid]);
          return row!.ctid;
        };
        const { ctid, kept: bytes } = rows[0]!;
        const changed = flipped(bytes, type);
        const moved = await write(ctid, changed);
        await names(named, `at ${bytes.findIndex((byte, at) => byte !== changed[at])} of ${bytes.length}`);
        await write(moved, bytes);
      }),
    );

  for (const where of ['genesis', 'first', 'any', 'last'] as const)
    it(`the ledger’s ${where} block`, async () => {
      const path = ledgerFile(gateway.dataDirectory);
      const whole = await readFile(path);
      const lines = whole.toString('latin1').split('\n').slice(0, -1);
      const number = { genesis: 0, first: 1, any: randomInt(lines.length), last: lines.length - 1 }[where];
      const start = lines.slice(0, number).reduce((sum, line) => sum + line.length + 1, 0);
      // The line feed is part of the block.
      const at = start + randomInt(lines[number]!.length + 1);
      const file = await open(path, 'r+');
      await file.write(Buffer.of(whole[at]! ^ (1 << randomInt(8))), 0, 1, at);
      await names(new RegExp(`^ledger block ${number}: `), `at ${at - start} of block ${number}`);
      await file.write(whole.subarray(at, at + 1), 0, 1, at);
      await file.close();
    });

  it('nothing, once all is as it was', isClean);
});
