/** How long an emergency lasts and what becomes of it (consent-semantics B13), on the whole gateway and by an operator's own commands. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunningPostgres } from '@chartseal/embedded';
import { Client } from 'pg';
import { chartseal } from '../testing/chartseal.ts';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

type Listed = {
  readonly accessId: string;
  readonly organization: string;
  readonly patient: string;
  readonly reason: string;
  readonly opened: string;
  readonly expires: string;
  readonly ledger: { readonly state: string };
  readonly review?: { readonly by: string; readonly outcome: string; readonly note: string };
};

const reason = 'found unconscious';
let gateway: GatewayProcess;
let store: Client;
before(async () => {
  gateway = await GatewayProcess.start({ BREAK_GLASS_HOURS: '2' });
  store = new Client(await findRunningPostgres(`${gateway.dataDirectory}/postgres`));
  await store.connect();
});
after(async () => {
  await store.end();
  await gateway[Symbol.asyncDispose]();
});

const ask = (reference: string) => gateway.send('GET', reference, { as: 'hospital-b', purpose: 'BTG', reason });
const breakGlass = (...args: readonly string[]) => chartseal(['break-glass', ...args, '--data', gateway.dataDirectory]);
const listed = async (...args: readonly string[]): Promise<readonly Listed[]> => {
  const { status, output } = await breakGlass('list', ...args);
  equal(status, 0, output);
  return output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Listed] : []));
};
/** As the hours would do it. */
const expire = async (accessId: string): Promise<void> => {
  const text =
    'update break_glass set opened_at = opened_at - 7200000, expires_at = expires_at - 7200000 where access_id = $1';
  equal((await store.query(text, [accessId])).rowCount, 1);
};
/** Until a scrape tells that so many wait for a review; sources are asked every few seconds at most. */
const untilUnreviewed = async (expected: number): Promise<void> => {
  const line = `chartseal_break_glass_unreviewed ${expected}\n`;
  const { href } = new URL('/metrics', gateway.sandbox.fhirBaseUrl);
  while (!(await (await fetch(href)).text()).includes(line)) await sleep(200);
};

describe('An emergency that was served', () => {
  it('is listed with its reason until somebody reviews it, once', { timeout: 240_000 }, async () => {
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    equal((await ask(reference)).status, 200);
    const [first, ...more] = await listed();
    ok(first !== undefined && more.length === 0);
    deepEqual(
      [first.organization, first.patient, first.reason, first.ledger.state, first.review],
      ['hospital-b', `Patient/${patient}`, reason, 'committed', undefined],
    );
    equal(Date.parse(first.expires) - Date.parse(first.opened), 2 * 3_600_000);
    const { output: sound } = await fsck(gateway.dataDirectory);
    match(sound, /^clean/m);

    await untilUnreviewed(0);
    await expire(first.accessId);
    await untilUnreviewed(1);

    equal((await ask(reference)).status, 200);
    const [second, ...earlier] = await listed();
    ok(second !== undefined && second.accessId !== first.accessId);
    deepEqual(
      earlier.map(({ accessId }) => accessId),
      [first.accessId],
    );

    const review = (accessId: string, outcome: string) =>
      breakGlass('review', accessId, '--by', 'privacy officer', '--outcome', outcome, '--note', 'as the ward says');
    equal((await review(first.accessId, 'justified')).status, 0);
    const again = await review(first.accessId, 'not-justified');
    equal(again.status, 1);
    match(again.output, /reviewed before/);
    match((await review('no-such', 'justified')).output, /no emergency has this id/);
    deepEqual(
      (await listed()).map(({ accessId }) => accessId),
      [second.accessId],
    );
    const { by, outcome, note } = (await listed('--all'))[1]?.review ?? { by: '', outcome: '', note: '' };
    deepEqual([by, outcome, note], ['privacy officer', 'justified', 'as the ward says']);
    await untilUnreviewed(0);
  });

  it('ends at once when the patient forbids it', async () => {
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    const device = await enrolDevice(gateway, patient);
    equal((await ask(reference)).status, 200);
    await device.grant({ to: 'hospital-b', purposes: ['BTG'], type: 'deny' });
    equal((await ask(reference)).status, 404);
  });

  it('says why to nobody who holds its token', async () => {
    const [, claims = ''] = (await gateway.token('hospital-b', 'BTG', reason)).split('.');
    const said = Buffer.from(claims, 'base64url').toString();
    match(said, /"purpose":"BTG"/);
    ok(!said.includes('unconscious'), said);
  });
});
