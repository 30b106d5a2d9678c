/** What somebody can do who holds the disks of a gateway: change them while it does not run. */
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedPostgres, openKeyring } from '@chartseal/embedded';
import { canonicalJson, parseJson } from '@chartseal/fhir';
import { Client } from 'pg';
import type { QueryResultRow } from 'pg';

export type Sql = <Row extends QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

/** The record store of a gateway that was stopped, as its own role sees it. PostgreSQL runs until `work` is done. */
export const withStore = async (dataDirectory: string, work: (sql: Sql) => Promise<void>): Promise<void> => {
  const postgres = await openEmbeddedPostgres({ dataDirectory: join(dataDirectory, 'postgres'), log: () => {} });
  const client = new Client(postgres.connection);
  await client.connect();
  try {
    await work(async <Row extends QueryResultRow>(text: string, values: unknown[] = []) => {
      const { rows } = await client.query<Row>(text, values);
      return rows;
    });
  } finally {
    await client.end();
    await postgres.close({ stop: true });
  }
};

export const ledgerFile = (dataDirectory: string): string => join(dataDirectory, 'ledger', 'ledger.jsonl');

const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const canonical = (value: object): string => {
  const parsed = parseJson(JSON.stringify(value));
  return canonicalJson(parsed.value, parsed.numbers);
};

/**
 * Adds a block that is sound in itself, signed with the gateway's own keys, and writes what no contract would. Keys and values as the
 * contracts keep them in the world state.
 */
export const forgeBlock = async (dataDirectory: string, state: Readonly<Record<string, object>>): Promise<void> => {
  const path = ledgerFile(dataDirectory);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const vault = await openKeyring({ path: join(dataDirectory, 'keyring.json') });
  const identity = await vault.signer('ledger-identity:hospital-a', 'ES256');
  const ledgerKey = await vault.signer('ledger-blocks', 'Ed25519');
  const network = sha256Hex(lines[0] ?? '');
  const nonce = randomBytes(24);
  const mspId = 'HospitalAMSP';
  const creator = canonical({ mspId, publicKey: Buffer.from(identity.publicKey).toString('base64') });
  const proposal = {
    type: 'chartseal-embedded-proposal/v1',
    network,
    contract: 'consent',
    transaction: 'SubmitDirective',
    args: [],
    mspId,
    nonce: nonce.toString('base64'),
    timestamp: new Date().toISOString(),
  };
  const transaction = {
    id: sha256Hex(Buffer.concat([nonce, Buffer.from(creator)])),
    proposal,
    signature: Buffer.from(await identity.sign(Buffer.from(canonical(proposal)))).toString('base64'),
    writes: Object.keys(state)
      .toSorted()
      .map((key) => ({ key, value: canonical(state[key] ?? {}) })),
    event: null,
    result: '{}',
    validity: 'valid',
  };
  const header = {
    type: 'chartseal-embedded-block/v1',
    network,
    number: lines.length,
    previousHash: sha256Hex(lines.at(-1) ?? ''),
    dataHash: sha256Hex(canonical([sha256Hex(canonical(transaction))])),
  };
  const signature = Buffer.from(await ledgerKey.sign(Buffer.from(canonical(header)))).toString('base64');
  await appendFile(path, `${canonical({ header, signature, transactions: [transaction] })}\n`);
};
