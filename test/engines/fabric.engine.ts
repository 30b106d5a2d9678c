/** The laws of the Ledger port on a real Fabric network of two hospitals. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyFabricReceipt, type FabricLedgerTrust } from '@chartseal/client';
import { openFabric, type FabricLedger, type FabricSettings } from '@chartseal/fabric';
import { isKind, type Committed, type Submission, type SubmissionStore } from '@chartseal/ports';
import { bareEntry, ledgerSuite } from '@chartseal/ports/suites';
import { skipWithout } from './available.ts';
import type { FabricOrganization } from './hospital-engines.ts';
import { freePorts, NativeEngine } from './native-engine.ts';

/** As the port asks, without a database. */
class Kept implements SubmissionStore {
  readonly rows = new Map<string, Submission>();
  /** All that was ever kept. */
  readonly seen: Submission[] = [];

  async keep(submission: Submission): Promise<void> {
    this.rows.set(submission.transactionId, submission);
    this.seen.push(submission);
  }

  async settled(transactionId: string): Promise<void> {
    this.rows.delete(transactionId);
  }

  async unsettled(_olderThanMs: number, limit: number): Promise<readonly Submission[]> {
    return [...this.rows.values()].slice(0, limit);
  }

  async count(): Promise<number> {
    return this.rows.size;
  }
}

const settingsOf = ({ env }: FabricOrganization): FabricSettings => {
  const file = (name: string): string => readFileSync(env[name] ?? '', 'utf8');
  return {
    endpoint: env['FABRIC_PEER_ENDPOINT'] ?? '',
    hostname: env['FABRIC_PEER_HOSTNAME'] ?? '',
    tlsCa: file('FABRIC_TLS_CA_FILE'),
    mspId: env['FABRIC_MSP_ID'] ?? '',
    certificate: file('FABRIC_CERT_FILE'),
    key: file('FABRIC_KEY_FILE'),
    channel: env['FABRIC_CHANNEL'] ?? '',
    chaincode: env['FABRIC_CHAINCODE'] ?? '',
  };
};

class TestNetwork implements AsyncDisposable {
  readonly engine: NativeEngine;

  private constructor(port: number) {
    const variables = { FABRIC_PORT_BASE: String(port), FABRIC_RELAYS: '1' };
    this.engine = new NativeEngine('fabric', `ports-${process.pid}-${port}`, variables);
  }

  static async start(): Promise<TestNetwork> {
    const network = new TestNetwork(await freePorts(50));
    await network.engine.up();
    return network;
  }

  settings(): readonly FabricSettings[] {
    return this.#organizations().map(settingsOf);
  }

  /** All that a verifier has to know of it, but for its id. */
  trust(): Omit<FabricLedgerTrust, 'network'> {
    const organizations = this.#organizations().map(({ mspId, mspCaFile }) => ({
      mspId,
      roots: [readFileSync(mspCaFile, 'utf8')],
    }));
    return { channel: 'chartseal', chaincode: 'chartseal', organizations };
  }

  #organizations(): readonly FabricOrganization[] {
    const { organizations } = JSON.parse(readFileSync(`${this.engine.home}/network.json`, 'utf8')) as {
      organizations: FabricOrganization[];
    };
    return organizations;
  }

  async connect(submissions: SubmissionStore = new Kept()): Promise<readonly [FabricLedger, FabricLedger]> {
    const [a, b] = await Promise.all(this.settings().map((settings) => openFabric(settings, { submissions })));
    if (a === undefined || b === undefined) throw new Error('the network has not two organisations');
    return [a, b];
  }

  process(verb: string, name: string): Promise<string> {
    return this.engine.script('process', verb, name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.engine[Symbol.asyncDispose]();
  }
}

/** A directory with the ledger's organisation as its only member; once more changes nothing. */
const found = async (ledger: FabricLedger): Promise<void> => {
  const policy = { implicit: { TREAT: 'deny' }, attested: false };
  const document = { network: ledger.network, members: [bareEntry(ledger.mspId)], policy };
  await ledger.submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] });
};

const setWitness = (ledger: FabricLedger, witnessUrl: string): Promise<Committed> =>
  ledger.submit({ contract: 'directory', transaction: 'UpdateOwn', args: [JSON.stringify({ witnessUrl })] });

if (skipWithout('fabric') === false)
  ledgerSuite('Fabric', async () => {
    const network = await TestNetwork.start();
    let ledgers = await network.connect();
    return {
      network: ledgers[0].network,
      ledgers,
      crash: async () => {
        await network.process('kill', 'peer-a');
        for (const ledger of ledgers) await ledger[Symbol.asyncDispose]();
        await network.process('start', 'peer-a');
        await network.engine.up();
        ledgers = await network.connect();
        return ledgers;
      },
      verifyReceipt: async (receipt, transactionId) => {
        const trust = { network: ledgers[0].network, ...network.trust() };
        const expectation = {
          contract: 'directory',
          transaction: 'UpdateOwn',
          stateKey: 'directory/entry/hospitalamsp',
          value: { id: 'hospitalamsp' },
        };
        const verification = await verifyFabricReceipt(JSON.parse(JSON.stringify(receipt)), trust, expectation);
        deepEqual([verification.outcome, 'fault' in verification && verification.fault], ['proved', false]);
        ok(verification.outcome === 'proved' && verification.transactionId === transactionId);
      },
      stop: () => network.engine.down().then(() => undefined),
      close: async () => {
        for (const ledger of ledgers) await ledger[Symbol.asyncDispose]();
        await network[Symbol.asyncDispose]();
      },
    };
  });

describe('the ledger on Fabric', { skip: skipWithout('fabric') }, () => {
  let network: TestNetwork;
  before(async () => {
    network = await TestNetwork.start();
  });
  after(() => network[Symbol.asyncDispose]());

  const refusedAs = async (change: Partial<FabricSettings>, says: RegExp): Promise<void> => {
    const [settings] = network.settings();
    await rejects(openFabric({ ...settings!, ...change }, { submissions: new Kept() }), (error) => {
      ok(isKind(error, 'misconfigured') || isKind(error, 'ledger-unavailable'), String(error));
      match(error.message, says);
      return true;
    });
  };

  it('names the variable that is wrong', async () => {
    const [, other] = network.settings();
    await refusedAs({ channel: 'nowhere' }, /FABRIC_CHANNEL/);
    await refusedAs({ chaincode: 'nowhere' }, /FABRIC_CHAINCODE/);
    await refusedAs({ certificate: 'x' }, /FABRIC_CERT_FILE/);
    await refusedAs({ key: other!.key }, /FABRIC_KEY_FILE/);
    await refusedAs({ mspId: other!.mspId }, /FABRIC_CERT_FILE/);
    await refusedAs({ tlsCa: other!.tlsCa }, /FABRIC_TLS_CA_FILE/);
    await refusedAs({ endpoint: '127.0.0.1:1' }, /FABRIC_PEER_ENDPOINT/);
  });

  it('takes no refusal of a member that is behind for the ledger’s', async () => {
    const [settings] = network.settings();
    await using ledger = await openFabric(settings!, { submissions: new Kept() });
    await using hasty = await openFabric({ ...settings!, commitTimeoutMs: 1000 }, { submissions: new Kept() });
    // To the other member's peer, which still answers, nothing was founded.
    await network.process('pause', 'relay-b');
    try {
      await found(ledger);
      const early = setWitness(hasty, 'https://witness.example/early');
      await rejects(early, (error) => isKind(error, 'ledger-unavailable'));
    } finally {
      await network.process('resume', 'relay-b');
    }
    await setWitness(ledger, 'https://witness.example/later');
  });

  it('ends what still follows events when it is closed, though the peer says nothing', async () => {
    const [settings] = network.settings();
    const ledger = await openFabric(settings!, { submissions: new Kept() });
    const seen: string[] = [];
    const follow = async (): Promise<void> => {
      const events = ledger.events(undefined, new AbortController().signal);
      for await (const { transactionId } of events) seen.push(transactionId);
    };
    const ended = rejects(follow(), (error) => isKind(error, 'ledger-unavailable'));
    while (seen.length === 0) await sleep(20);
    await network.process('pause', 'peer-a');
    try {
      await ledger[Symbol.asyncDispose]();
      await ended;
    } finally {
      await network.process('resume', 'peer-a');
    }
  });

  it('keeps what it signed before it is sent, and sends those very bytes until it has seen the commit', async () => {
    const kept = new Kept();
    const [settings] = network.settings();
    await using ledger = await openFabric({ ...settings!, commitTimeoutMs: 1500 }, { submissions: kept });
    await found(ledger);
    equal(kept.rows.size, 0);

    await network.process('kill', 'orderer0');
    const url = 'https://witness.example/kept';
    await rejects(setWitness(ledger, url), (error) => isKind(error, 'outcome-unknown'));
    equal(kept.rows.size, 1);
    const [left] = [...kept.rows.values()];
    await network.process('start', 'orderer0');
    for (let settled = 0; settled === 0; await sleep(200)) settled = await ledger.resume().catch(() => 0);
    equal(kept.rows.size, 0);
    const read = await ledger.evaluate({ contract: 'directory', transaction: 'GetByMsp', args: [ledger.mspId] });
    equal((JSON.parse(read) as { witnessUrl: string }).witnessUrl, url);
    // The same once more changes nothing, and its status is the first one's.
    await kept.keep(left!);
    equal(await ledger.resume(), 1);
    const events = [];
    const enough = AbortSignal.timeout(1000);
    for await (const event of ledger.events(undefined, enough)) events.push(event.transactionId);
    deepEqual(
      events.filter((id) => id === left!.transactionId),
      [left!.transactionId],
    );
  });

  it('takes writes that meet: each again until it is in', async () => {
    const [settings] = network.settings();
    await using ledger = await openFabric(settings!, { submissions: new Kept() });
    const urls = Array.from({ length: 10 }, (_, at) => `https://witness.example/${at}`);
    const blocks = await Promise.all(urls.map((url) => setWitness(ledger, url)));
    equal(new Set(blocks.map(({ transactionId }) => transactionId)).size, urls.length);
  });
});
