import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestContext, describe, it } from 'node:test';
import {
  ChartsealError,
  type Committed,
  type ContractCall,
  type ContractEvent,
  type EventPosition,
  type Ledger,
  isKind,
} from '@chartseal/ports';
import { systemClock } from '../clock.ts';
import { createLog } from '../http/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Freshness } from './freshness.ts';
import { LedgerView } from './ledger-view.ts';

type FakeEvent = { contract: string; name: string; payload: object };

/** A ledger of one block a transaction, which keeps the port's laws 1, 2, 5 and 7, and can be broken. */
class FakeLedger implements Pick<Ledger, 'submit' | 'evaluate' | 'events' | 'height'> {
  readonly chain: (ContractEvent | undefined)[] = [undefined];
  readonly consents = new Map<string, number>();
  readonly calls: string[] = [];
  members: { id: string; status: string; parent: string | null }[] = [
    { id: 'hospital-b', status: 'active', parent: 'group' },
  ];
  heartbeatSetsEvent = true;
  submitDelayMs = 0;
  submitFails: ChartsealError | undefined;
  eventsFail = false;
  eventsMuted = false;
  #grown = Promise.withResolvers<void>();

  commit(event: FakeEvent | undefined): Committed {
    const blockNumber = this.chain.length;
    const transactionId = `tx-${blockNumber}`;
    this.chain.push(event && { blockNumber, transactionId, ...event, payload: JSON.stringify(event.payload) });
    this.wake();
    return { transactionId, blockNumber, result: '' };
  }

  wake(): void {
    this.#grown.resolve();
    this.#grown = Promise.withResolvers();
  }

  changeConsent(patient: string): Committed {
    this.consents.set(patient, (this.consents.get(patient) ?? 0) + 1);
    return this.commit({ contract: 'consent', name: 'ConsentChanged', payload: { patient, kind: 'put' } });
  }

  suspend(): Committed {
    this.members = this.members.map((member) => ({ ...member, status: 'suspended' }));
    return this.commit({ contract: 'directory', name: 'DirectoryChanged', payload: { kind: 'suspend' } });
  }

  async submit({ transaction }: ContractCall): Promise<Committed> {
    this.calls.push(transaction);
    await sleep(this.submitDelayMs);
    if (this.submitFails !== undefined) throw this.submitFails;
    const event = { contract: 'anchor', name: 'Heartbeat', payload: {} };
    return this.commit(this.heartbeatSetsEvent ? event : undefined);
  }

  async evaluate({ transaction, args: [handle = ''] }: ContractCall): Promise<string> {
    this.calls.push(transaction);
    await Promise.resolve();
    if (transaction === 'List') return JSON.stringify(this.members);
    if (transaction === 'Network')
      return JSON.stringify({ network: 'n', policy: { implicit: {}, attested: false }, revision: 1 });
    const state = this.consents.get(handle);
    if (state === undefined) throw new ChartsealError('ledger-refused', 'no', { code: 'not-found' });
    return JSON.stringify({ version: state });
  }

  async *events(after: EventPosition | undefined, signal: AbortSignal): AsyncGenerator<ContractEvent> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    for (let block = after === undefined ? 0 : after.blockNumber + 1; !signal.aborted;) {
      if (this.eventsFail) throw new ChartsealError('ledger-unavailable', 'gone');
      if (block >= this.chain.length || this.eventsMuted) {
        await this.#grown.promise;
        continue;
      }
      const event = this.chain[block];
      block += 1;
      if (event !== undefined) yield event;
    }
  }

  async height(): Promise<number> {
    return this.chain.length;
  }
}

type State = { version: number };

const world = async (t: TestContext, options: { ledger?: FakeLedger; deadlineMs?: number } = {}) => {
  const ledger = options.ledger ?? new FakeLedger();
  const log = createLog({ service: 'test', level: 'silent' });
  const view = new LedgerView<State>({ ledger, log, parseConsent: (json) => JSON.parse(json) as State }).start();
  const metrics = createMetrics({ service: 'test', version: '0', clock: systemClock });
  let monotonic = 1_000_000;
  const clock = { wallMs: () => 0, monotonicMs: () => monotonic };
  const { deadlineMs = 500 } = options;
  const freshness = new Freshness({ view, ledger, clock, log, metrics, deadlineMs });
  // Deadlines do not keep a process alive by themselves.
  const alive = setInterval(() => {}, 1000);
  t.after(async () => {
    clearInterval(alive);
    await view[Symbol.asyncDispose]();
  });
  await eventually(() => view.organization('hospital-b') !== undefined);
  return { ledger, view, freshness, pass: (ms: number) => void (monotonic += ms), now: () => monotonic };
};

const eventually = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 400) throw new Error('it never held');
    await sleep(5);
  }
};

const isStale = (error: unknown): boolean =>
  isKind(error, 'ledger-stale') && error.detail.retryAfterSeconds !== undefined;
const beats = (ledger: FakeLedger): number => ledger.calls.filter((call) => call === 'Heartbeat').length;

describe('LedgerView', () => {
  it('reads a consent once, and again when an event says that it changed', async (t) => {
    const { ledger, view } = await world(t);
    await view.reached(ledger.changeConsent('p'));
    assert.deepEqual(await Promise.all([view.consent('p'), view.consent('p')]), [{ version: 1 }, { version: 1 }]);
    assert.equal(ledger.calls.filter((call) => call === 'Get').length, 1);
    const before = view.changedAt('p');
    const committed = ledger.changeConsent('p');
    await view.reached(committed);
    assert.deepEqual([await view.consent('p'), view.changedAt('p') > before], [{ version: 2 }, true]);
    assert.equal(await view.consent('unknown'), undefined);
  });

  it('never keeps what was read before a change that came meanwhile', async (t) => {
    const { ledger, view } = await world(t);
    await view.reached(ledger.changeConsent('p'));
    const gate = Promise.withResolvers<void>();
    const evaluate = ledger.evaluate.bind(ledger);
    t.mock.method(ledger, 'evaluate', async (call: ContractCall) => {
      const answer = await evaluate(call);
      await gate.promise;
      return answer;
    });
    const reading = view.consent('p');
    await sleep(5);
    await view.reached(ledger.changeConsent('p'));
    gate.resolve();
    assert.deepEqual(await reading, { version: 2 });
  });

  it('follows the directory, and knows parents', async (t) => {
    const { ledger, view } = await world(t);
    ledger.members.push({ id: 'group', status: 'active', parent: null });
    const before = view.directoryChangedAt;
    await view.reached(ledger.suspend());
    assert.equal(view.organization('hospital-b')?.status, 'suspended');
    assert.deepEqual(view.parentsOf('hospital-b'), ['group']);
    assert.ok(view.directoryChangedAt > before);
  });

  it('goes on after the feed failed, without missing anything', async (t) => {
    const { ledger, view } = await world(t);
    await view.reached(ledger.changeConsent('p'));
    await view.consent('p');
    ledger.eventsFail = true;
    const committed = ledger.changeConsent('p');
    await sleep(30);
    ledger.eventsFail = false;
    await view.reached(committed);
    assert.deepEqual(await view.consent('p'), { version: 2 });
  });

  it('knows nobody before it has read the directory', () => {
    const log = createLog({ service: 'test', level: 'silent' });
    const view = new LedgerView({ ledger: new FakeLedger(), log, parseConsent: JSON.parse });
    assert.equal(view.organization('hospital-b'), undefined);
    assert.throws(
      () => view.policy(),
      (error: unknown) => isKind(error, 'ledger-stale'),
    );
  });
});

describe('Freshness (C11)', () => {
  it('asks for one heartbeat, shared by all that wait', async (t) => {
    const { ledger, freshness, pass } = await world(t);
    assert.equal(freshness.ageMs(), Number.POSITIVE_INFINITY);
    await Promise.all(Array.from({ length: 20 }, () => freshness.ensureFresh()));
    assert.equal(beats(ledger), 1);
    pass(2000);
    await freshness.ensureFresh();
    assert.equal(beats(ledger), 1);
    pass(1);
    await freshness.ensureFresh();
    assert.equal(beats(ledger), 2);
  });

  it('sees all that was committed before, event or no event', async (t) => {
    for (const heartbeatSetsEvent of [true, false]) {
      const { ledger, view, freshness, pass } = await world(t);
      ledger.heartbeatSetsEvent = heartbeatSetsEvent;
      await freshness.ensureFresh();
      await view.reached(ledger.changeConsent('p'));
      await view.consent('p');
      ledger.eventsMuted = !heartbeatSetsEvent;
      ledger.changeConsent('p');
      ledger.suspend();
      pass(5000);
      await freshness.ensureFresh();
      assert.deepEqual(await view.consent('p'), { version: 2 });
      assert.equal(view.organization('hospital-b')?.status, 'suspended');
    }
  });

  it('counts own commits that the view has reached, by the time of their submission', async (t) => {
    const { ledger, view, freshness, now, pass } = await world(t);
    const submittedAt = now();
    const committed = ledger.commit({ contract: 'anchor', name: 'CheckpointAnchored', payload: {} });
    pass(700);
    freshness.observeOwnCommit(submittedAt, committed.blockNumber);
    await view.reached(committed);
    assert.equal(freshness.ageMs(), 700);
    await freshness.ensureFresh();
    assert.equal(beats(ledger), 0);
  });

  it('does not count a commit that lies beyond what the view has taken in', async (t) => {
    const { ledger, freshness, now } = await world(t);
    ledger.eventsMuted = true;
    ledger.changeConsent('p');
    const { blockNumber } = ledger.changeConsent('p');
    freshness.observeOwnCommit(now(), blockNumber);
    assert.equal(freshness.ageMs(), Number.POSITIVE_INFINITY);
  });

  it('is stale, with Retry-After, when no heartbeat commits', async (t) => {
    const failing = await world(t);
    failing.ledger.submitFails = new ChartsealError('ledger-unavailable', 'gone');
    await assert.rejects(failing.freshness.ensureFresh(), isStale);
    const hanging = await world(t, { deadlineMs: 50 });
    hanging.ledger.submitDelayMs = 300;
    await assert.rejects(hanging.freshness.ensureFresh(), isStale);
  });

  it('takes a heartbeat that took longer than the bound, if it was submitted after the request came', async (t) => {
    const { ledger, freshness, pass } = await world(t);
    ledger.submitDelayMs = 30;
    const waiting = freshness.ensureFresh();
    pass(3000);
    await waiting;
    assert.equal(freshness.ageMs(), 3000);
  });

  it('does not take one that was under way for longer than the bound when the request came', async (t) => {
    const { ledger, freshness, pass } = await world(t);
    ledger.submitDelayMs = 30;
    const first = freshness.ensureFresh();
    await sleep(5);
    pass(2001);
    await Promise.all([first, freshness.ensureFresh()]);
    assert.equal(beats(ledger), 2);
  });
});
