import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, isKind, type ContractEvent } from '@chartseal/ports';
import { createLog, createMetrics, systemClock } from '@chartseal/server';
import { lateLedger, type OpenLedger } from './late-ledger.ts';

const event: ContractEvent = {
  blockNumber: 1,
  transactionId: 't',
  contract: 'anchor',
  name: 'Heartbeat',
  payload: '{}',
};
let closed = 0;
const there: OpenLedger = {
  network: 'n',
  mspId: 'M',
  submit: () => Promise.reject(new Error('not asked')),
  evaluate: async () => 'answer',
  events: async function* () {
    yield event;
  },
  height: async () => 7,
  receipt: () => Promise.reject(new Error('not asked')),
  [Symbol.asyncDispose]: async () => {
    closed += 1;
  },
};

it('a ledger that is away at start is unavailable until it is there, then works', async () => {
  let away = true;
  const open = async (): Promise<OpenLedger> => {
    if (away) throw new ChartsealError('ledger-unavailable', 'away');
    return there;
  };
  const log = createLog({ service: 'test', level: 'silent' });
  const metrics = createMetrics({ service: 'test', version: '0', clock: systemClock });
  const ledger = lateLedger({ network: 'n', mspId: 'M', open, retryMs: 10 }, { log, metrics });
  const isAway = (error: unknown): boolean => isKind(error, 'ledger-unavailable');
  const call = { contract: 'anchor', transaction: 'Latest', args: [] } as const;
  const first = async (): Promise<unknown> =>
    (await ledger.events(undefined, new AbortController().signal)[Symbol.asyncIterator]().next()).value;
  for (const ask of [() => ledger.evaluate(call), () => ledger.submit(call), () => ledger.height(), first])
    await assert.rejects(ask(), isAway);
  away = false;
  await sleep(250);
  assert.equal(await ledger.evaluate(call), 'answer');
  assert.equal(await ledger.height(), 7);
  assert.deepEqual(await first(), event);
  await ledger[Symbol.asyncDispose]();
  assert.equal(closed, 1);
});
