/** One ledger run twice: by the embedded engine, and by the chaincode under fabric-shim with a played peer before it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { organization, openEmbeddedLedger } from '@chartseal/embedded';
import { parseRefusal } from '@chartseal/contracts';
import { ChartsealError, type ContractCall, type Signer } from '@chartseal/ports';
import { createLog } from '@chartseal/server';
import { composeChaincode } from '@chartseal/service-chaincode';
import { newAuthority } from './certificates.ts';
import { type Answer, playPeer, type Write } from './playing-peer.ts';
import { testSigner } from './test-signer.ts';

/** What both engines must agree on. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly result: string;
      readonly writes: readonly Write[];
      readonly event: Answer['event'];
    }
  | { readonly kind: 'refused'; readonly code: string };

/** What the embedded engine keeps of a transaction (packages/client reads the same). */
type Kept = Extract<Outcome, { kind: 'done' }> & {
  readonly id: string;
  readonly proposal: { readonly timestamp: string };
};

export const packageId = `chartseal_1:${'0'.repeat(64)}`;

export const freeAddress = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
};

/** A chaincode server over mutual TLS, and what a peer needs to reach it. Each line of its log goes to `onLog`. */
export const openChaincode = async (onLog: (line: string) => void = () => undefined) => {
  const authority = newAuthority('chaincode authority');
  const [server, client] = [authority.issue('chaincode'), authority.issue('peer')];
  const tls = { key: Buffer.from(server.key), cert: Buffer.from(server.cert), clientCa: Buffer.from(authority.cert) };
  const log = createLog({ service: 'chaincode', level: 'debug', destination: { write: onLog } });
  const address = await freeAddress();
  const config = { address, packageId, security: { kind: 'mutual-tls', tls }, logLevel: 'debug' } as const;
  const chaincode = await composeChaincode(config, log);
  return { address, chaincode, tls: { rootCa: authority.cert, ...client } };
};

const outcomeOf = ({ status, message, result, writes, event }: Answer): Outcome =>
  status < 400
    ? { kind: 'done', result, writes, event }
    : { kind: 'refused', code: parseRefusal(message)?.code ?? `not a refusal: ${message}` };

export const openBothEngines = async (...mspIds: readonly string[]) => {
  const ledgerSigner = testSigner();
  const signers = new Map<string, Signer>(mspIds.map((mspId) => [mspId, testSigner()]));
  const organizations = [...signers].map(([mspId, signer]) => organization(mspId, signer));
  const embedded = await openEmbeddedLedger({
    directory: await mkdtemp(join(tmpdir(), 'chartseal-both-')),
    genesis: { organizations },
    ledgerSigner,
    clock: () => new Date(),
    random: (size) => randomBytes(size),
  });
  const { address, chaincode, tls } = await openChaincode();
  const state = new Map<string, string>();
  const peer = await playPeer(address, tls, state);
  const identities = new Map(mspIds.map((mspId) => [mspId, newAuthority(mspId).issue(`user of ${mspId}`).cert]));
  const connection = (mspId: string) => embedded.connect({ mspId, signer: signers.get(mspId)! });
  const onChaincode = async (mspId: string, call: ContractCall, transactionId: string, timestamp: string) => {
    const transaction = `${call.contract}:${call.transaction}`;
    const certificate = identities.get(mspId)!;
    return outcomeOf(await peer.invoke({ transactionId, transaction, args: call.args, mspId, certificate, timestamp }));
  };

  return {
    network: embedded.network,
    /** Submits to the embedded engine, and runs the same transaction (id, time, caller) on the chaincode. */
    submit: async (mspId: string, call: ContractCall): Promise<readonly [embedded: Outcome, chaincode: Outcome]> => {
      try {
        const { transactionId } = await connection(mspId).submit(call);
        const { transaction } = await connection(mspId).receipt(transactionId);
        const { id, proposal, result, writes, event } = transaction as Kept;
        const theirs = await onChaincode(mspId, call, id, proposal.timestamp);
        for (const { key, value } of writes) {
          if (value === null) state.delete(key);
          else state.set(key, value);
        }
        return [{ kind: 'done', result, writes, event }, theirs];
      } catch (error) {
        if (!(error instanceof ChartsealError)) throw error;
        const id = randomBytes(32).toString('hex');
        const theirs = await onChaincode(mspId, call, id, new Date().toISOString());
        return [{ kind: 'refused', code: String(error.detail.code) }, theirs];
      }
    },
    evaluate: async (mspId: string, call: ContractCall): Promise<readonly [embedded: Outcome, chaincode: Outcome]> => {
      const result = await connection(mspId).evaluate(call);
      const id = randomBytes(32).toString('hex');
      const theirs = await onChaincode(mspId, call, id, new Date().toISOString());
      return [{ kind: 'done', result, writes: [], event: null }, theirs];
    },
    close: async () => {
      peer.disconnect();
      await chaincode[Symbol.asyncDispose]();
      await embedded.close();
    },
  };
};
