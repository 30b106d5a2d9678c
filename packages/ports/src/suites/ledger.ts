import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { ErrorKind } from '../errors.ts';
import { bareEntry } from './bare-entry.ts';
import type { Committed, ContractEvent, EventPosition, Ledger, LedgerReceipt } from '../ledger.ts';

/** One network and two of its organisations. The suite founds its directory if that is not done yet. */
export type LedgerFixture = {
  readonly network: string;
  /** Connections of two organisations, each under its own identity. */
  readonly ledgers: readonly [Ledger, Ledger];
  /** Ends the engine without warning, starts it again on what it left, and connects anew. */
  crash(): Promise<readonly [Ledger, Ledger]>;
  /** Throws unless the receipt proves, from nothing but itself and what is pinned, that the transaction is on the ledger. */
  verifyReceipt(receipt: LedgerReceipt, transactionId: string): Promise<void>;
  /** Makes the engine unreachable for good. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

const newUrl = (): string => `https://witness.example/${randomUUID()}`;

const setWitness = (ledger: Ledger, url: string): Promise<Committed> =>
  ledger.submit({ contract: 'directory', transaction: 'UpdateOwn', args: [JSON.stringify({ witnessUrl: url })] });

async function witnessOf(reader: Ledger, mspId: string): Promise<unknown> {
  const json = await reader.evaluate({ contract: 'directory', transaction: 'GetByMsp', args: [mspId] });
  return (JSON.parse(json) as { readonly witnessUrl: unknown }).witnessUrl;
}

const hasKind =
  (...kinds: readonly ErrorKind[]) =>
  (error: unknown): boolean =>
    kinds.some((kind) => isKind(error, kind));

const hasRefusal =
  (code: string) =>
  (error: unknown): boolean =>
    isKind(error, 'ledger-refused') && error.detail.code === code;

async function found(ledgers: readonly [Ledger, Ledger], network: string): Promise<void> {
  const members = ledgers.map(({ mspId }) => bareEntry(mspId));
  const document = JSON.stringify({ network, members, policy: { implicit: { TREAT: 'deny' }, attested: false } });
  for (const ledger of ledgers) {
    try {
      await ledger.submit({ contract: 'directory', transaction: 'Found', args: [document] });
    } catch (error) {
      if (!hasRefusal('already-founded')(error)) throw error;
    }
  }
}

/** The events after a position, until `count` have come or a second has passed. */
async function collect(ledger: Ledger, position: EventPosition | undefined, count: number): Promise<ContractEvent[]> {
  const events: ContractEvent[] = [];
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), 1000);
  for await (const event of ledger.events(position, enough.signal)) {
    events.push(event);
    if (events.length >= count) enough.abort();
  }
  clearTimeout(timer);
  return events;
}

/** The laws of the Ledger port, each by its number. */
export function ledgerSuite(name: string, openFixture: () => Promise<LedgerFixture>): void {
  describe(`ledger port: ${name}`, () => {
    let fixture: LedgerFixture;
    let a: Ledger;
    let b: Ledger;

    before(async () => {
      fixture = await openFixture();
      [a, b] = fixture.ledgers;
      await found(fixture.ledgers, fixture.network);
    });
    after(() => fixture.close());

    it('1: what was submitted survives a crash', async () => {
      const urls = Array.from({ length: 8 }, newUrl);
      let last: string | undefined;
      await Promise.all(urls.map((url) => setWitness(a, url).then(() => (last = url))));
      const height = await a.height();
      [a, b] = await fixture.crash();
      equal(await witnessOf(a, a.mspId), last);
      ok((await a.height()) >= height);
    });

    it('2: once submitted, an evaluation on the same connection sees it', async () => {
      for (const url of [newUrl(), newUrl(), newUrl()]) {
        await setWitness(a, url);
        equal(await witnessOf(a, a.mspId), url);
      }
    });

    it('3: a refusal carries the code of the contract and changes nothing', async () => {
      const before = await witnessOf(a, a.mspId);
      await rejects(setWitness(a, 'not a url'), hasRefusal('malformed'));
      equal(await witnessOf(a, a.mspId), before);
      const unknown = { contract: 'directory', transaction: 'Get', args: ['nobody'] } as const;
      await rejects(a.evaluate(unknown), hasRefusal('not-found'));
    });

    it('5: events come once, in order, from after a position, and go on until aborted', async () => {
      const first = await setWitness(a, newUrl());
      const later = await Promise.all([setWitness(a, newUrl()), setWitness(b, newUrl()), setWitness(a, newUrl())]);
      const events = await collect(b, first, later.length + 1);
      const ids = events.map(({ transactionId }) => transactionId);
      deepEqual(ids.toSorted(), later.map(({ transactionId }) => transactionId).toSorted());
      ok(events.every((event, index) => index === 0 || event.blockNumber >= events[index - 1]!.blockNumber));
      ok(events.every((event) => event.contract === 'directory' && event.name === 'DirectoryChanged'));
      deepEqual(await collect(b, events[0], 2), events.slice(1));

      const all = await collect(a, undefined, 10_000);
      equal(new Set(all.map(({ transactionId }) => transactionId)).size, all.length);
      deepEqual(all.slice(-events.length), events);

      const live = collect(a, all.at(-1), 1);
      const next = await setWitness(b, newUrl());
      equal((await live)[0]?.transactionId, next.transactionId);
    });

    it("6: a transaction sees its connection's MSP id and no other", async () => {
      const [ofA, ofB] = [newUrl(), newUrl()];
      notEqual(a.mspId, b.mspId);
      await Promise.all([setWitness(a, ofA), setWitness(b, ofB)]);
      equal(await witnessOf(b, a.mspId), ofA);
      equal(await witnessOf(a, b.mspId), ofB);
    });

    it('7: the height never goes back', async () => {
      const heights = [await a.height()];
      for (const ledger of [a, b, a]) {
        const { blockNumber } = await setWitness(ledger, newUrl());
        heights.push(await ledger.height());
        ok(heights.at(-1)! > blockNumber);
      }
      deepEqual(
        heights,
        heights.toSorted((x, y) => x - y),
      );
    });

    it('8: a receipt verifies offline; of an unknown transaction there is none', async () => {
      const { transactionId } = await setWitness(a, newUrl());
      await fixture.verifyReceipt(await b.receipt(transactionId), transactionId);
      await rejects(a.receipt('0'.repeat(64)), hasKind('not-found'));
    });

    it('4: an engine that cannot be reached says so, and never that nothing happened', async () => {
      await fixture.stop();
      await rejects(setWitness(a, newUrl()), hasKind('ledger-unavailable', 'outcome-unknown'));
    });
  });
}
