import { equal, ok, rejects } from 'node:assert/strict';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { createContracts } from '@chartseal/contracts';
import { isKind } from '@chartseal/ports';
import { Committer } from './committer.ts';
import { EmbeddedLedger } from './connection.ts';
import { ledgerFileName } from './open.ts';
import { replay } from './replay.ts';
import { memberEntry, random, temporaryDirectory, testNetwork } from './test-network.ts';
import { verifyLedgerFile } from './verify-ledger-file.ts';

/** A file whose flush fails, after the bytes were written or before. */
const faulty = (handle: FileHandle, fault: 'flush' | 'write'): FileHandle =>
  new Proxy(handle, {
    get: (target, name) => {
      const fails = name === (fault === 'flush' ? 'datasync' : 'write');
      if (fails) return () => Promise.reject(new Error('EIO'));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });

for (const fault of ['flush', 'write'] as const) {
  it(`a failed ${fault}: outcome unknown, nothing shown, nothing more accepted, and the file opens again`, async () => {
    const network = testNetwork('A', 'B');
    const directory = await temporaryDirectory();
    const first = await network.open(directory);
    await first.close();
    const handle = await open(join(directory, ledgerFileName), 'r+');
    const replayed = await replay(handle);
    ok(replayed !== undefined);
    const { chain, end } = replayed;
    const contracts = new Map(createContracts().map((contract) => [contract.getName(), contract]));
    const committer = new Committer(chain, { handle: faulty(handle, fault), end }, network.ledgerSigner, contracts);
    const closed = new AbortController().signal;
    const engine = { chain, handle, contracts, committer, closed, clock: () => new Date(), random };
    const a = new EmbeddedLedger(engine, { mspId: 'A', signer: network.signers.get('A')! });

    const document = { network: a.network, members: [memberEntry('A')], policy: { implicit: {}, attested: false } };
    const call = { contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] } as const;
    const outcomes = await Promise.allSettled([a.submit(call), a.submit(call)]);
    ok(outcomes.every((each) => each.status === 'rejected' && isKind(each.reason, 'outcome-unknown')));
    await rejects(a.submit(call), (error) => isKind(error, 'ledger-unavailable'));
    equal(await a.evaluate({ contract: 'directory', transaction: 'List', args: [] }), '[]');
    equal(await a.height(), 1);
    await handle.close();

    const reopened = await network.open(directory);
    const again = reopened.connect({ mspId: 'A', signer: network.signers.get('A')! });
    await again.submit(call);
    ok((await again.evaluate({ contract: 'directory', transaction: 'List', args: [] })).includes('"id":"a"'));
    await reopened.close();
    equal((await verifyLedgerFile(directory)).outcome, 'sound');
  });
}
