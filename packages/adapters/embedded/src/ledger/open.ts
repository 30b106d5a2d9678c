import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, createContracts } from '@chartseal/contracts';
import { ChartsealError } from '@chartseal/ports';
import type { Ledger, Signer } from '@chartseal/ports';
import { Committer } from './committer.ts';
import { EmbeddedLedger } from './connection.ts';
import type { LedgerIdentity } from './connection.ts';
import { createGenesis, sortedOrganizations } from './genesis.ts';
import type { EmbeddedGenesis } from './genesis.ts';
import { acquireLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { replay } from './replay.ts';
import type { Replayed } from './replay.ts';

export type EmbeddedLedgerOptions = {
  readonly directory: string;
  readonly clock: () => Date;
  readonly random: (size: number) => Uint8Array;
} & (
  | {
      readonly readOnly?: false;
      readonly ledgerSigner: Signer;
      /** With it, a ledger is made where there is none; one that is there must have the same organisations. */
      readonly genesis?: EmbeddedGenesis;
    }
  | { readonly readOnly: true }
);

export type OpenLedger = {
  /** Hex SHA-256 of the genesis line. */
  readonly network: string;
  readonly ledgerPublicKey: string;
  connect(identity: LedgerIdentity): Ledger;
  /** Lets what was submitted finish, ends event iterators, frees the directory. */
  close(): Promise<void>;
};

export const ledgerFileName = 'ledger.jsonl';

/**
 * Opens the ledger in a directory: replays it, checks its chain and its tip's signature, and cuts off a torn last line.
 * Rejects with `corrupt` (naming the block), `fenced` (another writer), `misconfigured` (no ledger and no genesis; another
 * ledger key or other organisations than the genesis names). Read-only, it takes no lock and changes nothing, so it may look
 * while a gateway writes; it sees what was there when it was opened.
 */
export async function openEmbeddedLedger(options: EmbeddedLedgerOptions): Promise<OpenLedger> {
  const path = join(options.directory, ledgerFileName);
  if (options.readOnly === true) {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw new ChartsealError('misconfigured', 'there is no ledger here', {}, { cause: error });
    });
    return closingOnError([handle], async () => {
      const replayed = (await replay(handle)) ?? missing();
      return serve(options, replayed, handle, undefined, () => handle.close());
    });
  }
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(join(options.directory, 'ledger.lock'));
  return closingOnError([asClosable(lock)], async () => {
    const handle = await openOrCreate(path, options);
    return closingOnError([handle], async () => {
      const replayed = (await replay(handle)) ?? missing();
      assertSame(replayed, options);
      const end = await mend(handle, replayed);
      const committer = new Committer(replayed.chain, { handle, end }, options.ledgerSigner, contractsByName());
      return serve(options, replayed, handle, committer, async () => {
        await handle.close();
        await lock.release();
      });
    });
  });
}

type WritableOptions = Extract<EmbeddedLedgerOptions, { readonly ledgerSigner: Signer }>;

async function openOrCreate(path: string, { genesis, ledgerSigner, clock }: WritableOptions): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    if (genesis === undefined) return missing();
    await createGenesis(path, genesis, ledgerSigner, clock);
    return open(path, 'r+');
  }
}

/** Makes the file end with a whole line, durably. Returns its length. */
async function mend(handle: FileHandle, { ending, end }: Replayed): Promise<number> {
  if (ending === 'clean') return end;
  if (ending === 'torn') await handle.truncate(end);
  else await handle.write('\n', end);
  await handle.sync();
  return ending === 'torn' ? end : end + 1;
}

function assertSame({ chain }: Replayed, { genesis, ledgerSigner }: WritableOptions): void {
  const found = chain.network.genesis.genesis;
  if (found.ledgerPublicKey !== Buffer.from(ledgerSigner.publicKey).toString('base64')) {
    throw new ChartsealError('misconfigured', 'the ledger was made with another ledger key');
  }
  if (genesis === undefined) return;
  if (canonicalJson(sortedOrganizations(genesis.organizations)) !== canonicalJson(found.organizations)) {
    throw new ChartsealError('misconfigured', 'the ledger was made with other organisations');
  }
}

const contractsByName = () => new Map(createContracts().map((contract) => [contract.getName(), contract]));

function serve(
  { clock, random }: EmbeddedLedgerOptions,
  { chain }: Replayed,
  handle: FileHandle,
  committer: Committer | undefined,
  free: () => Promise<void>,
): OpenLedger {
  const closing = new AbortController();
  const contracts = contractsByName();
  const engine = { chain, handle, contracts, committer, closed: closing.signal, clock, random };
  return {
    network: chain.network.id,
    ledgerPublicKey: chain.network.genesis.genesis.ledgerPublicKey,
    connect: (identity) => new EmbeddedLedger(engine, identity),
    close: async () => {
      if (closing.signal.aborted) return;
      await committer?.close();
      closing.abort();
      await free();
    },
  };
}

const missing = (): never => {
  throw new ChartsealError('misconfigured', 'there is no ledger here, and no genesis to make one');
};

const asClosable = (lock: Lock) => ({ close: () => lock.release() });

async function closingOnError<T>(resources: readonly { close(): Promise<void> }[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const resource of resources) await resource.close();
    throw error;
  }
}
