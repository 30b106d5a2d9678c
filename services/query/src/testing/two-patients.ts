/** Two patients, of whom one has said yes, and what another organisation's client sees. */
import assert from 'node:assert/strict';
import request, { type Response } from 'supertest';
import { knowing, TestPatient } from './test-patient.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export const observation = (id: string, patient: string, rest: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
  ...rest,
});

export type Case = World & { readonly granting: TestPatient; readonly silent: TestPatient; readonly consentId: string };

/** Patient `yes` lets hospital-b read all; patient `no` has never said anything. */
export const twoPatients = async (options: WorldOptions = {}): Promise<Case> => {
  const granting = await TestPatient.enrol('yes');
  const silent = await TestPatient.enrol('no');
  const consentId = await granting.grant();
  const world = createWorld({ ...knowing(granting, silent), ...options });
  for (const id of ['yes', 'no']) await world.put({ resourceType: 'Patient', id });
  return { ...world, granting, silent, consentId };
};

export const asOther = { 'x-test-client': 'other' };
export const get = async ({ app }: Pick<World, 'app'>, path: string, client = 'other'): Promise<Response> =>
  request(app).get(`/fhir/${path}`).set('x-test-client', client);

/** All that a client sees, but for Date and the request id. */
export const seen = ({ status, headers, text }: Response): unknown => {
  const { date, 'x-request-id': requestId, ...rest } = headers as Record<string, string>;
  assert.ok(date !== undefined && requestId !== undefined);
  return { status, headers: rest, text: text.replaceAll(requestId, 'id') };
};

export const events = (world: World): readonly { reason: string; effect: string; text: string }[] =>
  world.memory.events
    .filter(({ topic }) => topic === 'chartseal.access.decided.v1')
    .map(({ value }) => ({ ...JSON.parse(value).data, text: value }));
