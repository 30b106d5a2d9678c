/** What lets a patient's device check, offline, that the ledger holds what the patient said and nothing else. */
import { ChartsealError, type HeldDirective, type LedgerReceipt } from '@chartseal/ports';
import { z } from 'zod';
import type { ConsentDependencies } from '../dependencies.ts';
import type { OwnDirective } from './own-directives.ts';

export const receiptMediaType = 'application/vnd.chartseal.receipt+json';

type Said = {
  /** Compact JWS, as the patient signed it. */
  readonly directive: string;
  /** The key that the contract verified it with. */
  readonly publicKey: Readonly<Record<string, unknown>>;
  readonly receipt: LedgerReceipt;
};

export type DirectiveReceiptFile = {
  readonly type: 'chartseal-receipt/v1';
  readonly network: string;
  readonly patient: string;
  readonly consentId: string;
  /** Base64 of the canonical bytes that were signed, and of the 32 bytes that key the commitment; absent where the terms are not known here. */
  readonly consent?: string;
  readonly key?: string;
  readonly put: Said;
  readonly revocation?: Said;
};

const accepted = z.array(
  z.object({ digest: z.string(), publicKey: z.record(z.string(), z.unknown()), transactionId: z.string() }),
);

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

/** @throws ChartsealError `not-anchored` while the ledger has not committed all of it, and as `Ledger.receipt` does */
export const directiveReceipt = async (
  { ledger }: Pick<ConsentDependencies, 'ledger'>,
  { put, revocation }: OwnDirective,
): Promise<DirectiveReceiptFile> => {
  const call = { contract: 'consent', transaction: 'Directives', args: [put.handle] } as const;
  const onLedger = accepted.parse(JSON.parse(await ledger.evaluate(call)));
  const said = async ({ digest, jws, ledger: place }: HeldDirective): Promise<Said> => {
    const known = onLedger.find((each) => each.digest === digest);
    if (known === undefined || place.state !== 'committed')
      throw new ChartsealError('not-anchored', 'the ledger has not committed it yet', { retryAfterSeconds: 1 });
    return { directive: jws, publicKey: known.publicKey, receipt: await ledger.receipt(place.transactionId) };
  };
  const { handle: patient, consentId, consentText, commitmentKey } = put;
  return {
    type: 'chartseal-receipt/v1',
    network: ledger.network,
    patient,
    consentId,
    ...(consentText === undefined ? {} : { consent: base64(consentText) }),
    ...(commitmentKey === undefined ? {} : { key: base64(commitmentKey) }),
    put: await said(put),
    ...(revocation === undefined ? {} : { revocation: await said(revocation) }),
  };
};
