/** An embedded ledger of one hospital, and how it may behave. */
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { DirectoryEntry, FoundingDocument } from '@chartseal/contracts';
import { openEmbeddedLedger, organization } from '@chartseal/embedded';
import { ChartsealError, type Ledger, type Signer } from '@chartseal/ports';

const signerOf = (algorithm: Signer['algorithm']): Signer => {
  const { privateKey } =
    algorithm === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    algorithm,
    publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    sign: async (data) =>
      algorithm === 'Ed25519'
        ? sign(null, data, privateKey)
        : sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
};

const hospitalA: DirectoryEntry = {
  id: 'hospital-a',
  name: 'A',
  mspId: 'A',
  parent: null,
  jwks: { keys: [] },
  fhirBaseUrl: null,
  tokenUrl: null,
  consentBaseUrl: null,
  witnessUrl: null,
  purposes: ['TREAT'],
  breakGlass: false,
  logs: [],
  status: 'active',
};

export const openLedger = async (directory: string) => {
  const signer = signerOf('ES256');
  const opened = await openEmbeddedLedger({
    directory,
    clock: () => new Date(),
    random: (size) => randomBytes(size),
    ledgerSigner: signerOf('Ed25519'),
    genesis: { organizations: [organization('A', signer)] },
  });
  const ledger = opened.connect({ mspId: 'A', signer });
  const document: FoundingDocument = {
    network: ledger.network,
    members: [hospitalA],
    policy: { implicit: { TREAT: 'deny' }, attested: false },
  };
  await ledger.submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] });
  return { ledger, close: () => opened.close() };
};

/** How the ledger behaves towards what is submitted. `commits-silently`: it commits, and its answer is lost. */
export type LedgerMood = 'answers' | 'unreachable' | 'hangs' | 'commits-silently';

export const moody = (ledger: Ledger, mood: () => LedgerMood): Ledger => {
  const requireReached = (): void => {
    if (mood() === 'unreachable') throw new ChartsealError('ledger-unavailable', 'the ledger is away');
  };
  return {
    network: ledger.network,
    mspId: ledger.mspId,
    events: (after, signal) => ledger.events(after, signal),
    height: () => ledger.height(),
    receipt: (transactionId) => ledger.receipt(transactionId),
    evaluate: async (call) => {
      requireReached();
      return ledger.evaluate(call);
    },
    submit: async (call) => {
      requireReached();
      if (mood() === 'hangs') return new Promise(() => {});
      const committed = await ledger.submit(call);
      if (mood() === 'commits-silently') throw new ChartsealError('outcome-unknown', 'no answer');
      return committed;
    },
  };
};
