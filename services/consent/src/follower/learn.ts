import { ChartsealError, type AcceptedDirective, type ContractEvent, type LedgerStep } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { consentChanged } from '../consent-event.ts';
import { isSigned, readConsentChanged, type ConsentChange } from './consent-changed.ts';
import { blockOf, custodianOnLedger, enrolmentOnLedger, wordsOnLedger } from './ledger-words.ts';
import { verifyWords, type VerifiedWord } from './verify-words.ts';

/** What an event of the ledger teaches the custodian; undefined if it is about nobody of ours. */
export type Learnt = Pick<LedgerStep, 'directives' | 'events'>;

/**
 * Reads all that the ledger has accepted for the handle and takes what is not held as committed: directives that came through another
 * gateway, and own ones whose answer was lost.
 * @throws ChartsealError `ledger-stale` if the ledger does not yet show what it told of; as `Ledger.evaluate`
 */
export const learn = async (dependencies: ConsentDependencies, event: ContractEvent): Promise<Learnt | undefined> => {
  const change = readConsentChanged(event);
  if (change === undefined) return undefined;
  const { patients, ledger, organization } = dependencies;
  const known = await patients.handle(change.patient);
  if (known === undefined || (await custodianOnLedger(ledger, change.patient)) !== organization) return undefined;
  const enrolmentJws = known.enrolmentJws ?? (await enrolmentOnLedger(ledger, change.patient));
  return {
    directives: await accepted(dependencies, change, enrolmentJws, event),
    events: [consentChanged(dependencies, change, event)],
  };
};

const accepted = async (
  dependencies: ConsentDependencies,
  change: ConsentChange,
  enrolmentJws: string,
  event: ContractEvent,
): Promise<readonly AcceptedDirective[]> => {
  const { patients, ledger, organization, log } = dependencies;
  const { patient: handle } = change;
  const words = await wordsOnLedger(ledger, handle);
  if (isSigned(change) && !words.some(({ transactionId }) => transactionId === event.transactionId))
    throw new ChartsealError('ledger-stale', 'the ledger does not show yet what it told of');
  const registrars = await patients.registrars();
  const signed = await verifyWords(
    { network: ledger.network, custodian: organization, handle, enrolmentJws, registrars },
    words,
  );
  if (signed.length < words.length)
    log.error({ left: words.length - signed.length }, 'the ledger holds directives that the patient did not sign');
  const receivedAt = new Map((await patients.directives(handle)).map((held) => [held.digest, held]));
  const missing: AcceptedDirective[] = [];
  // Backwards: what was accepted before another word was received no later than that.
  let latest = dependencies.clock.wallMs();
  for (const word of signed.toReversed()) {
    const held = receivedAt.get(word.digest);
    latest = Math.min(latest, held?.receivedAt ?? latest);
    if (held?.ledger.state !== 'committed') missing.unshift(await toAccepted(dependencies, word, latest, event));
  }
  return missing;
};

const toAccepted = async (
  { ledger }: ConsentDependencies,
  { directive, digest, jws, transactionId }: VerifiedWord,
  receivedAt: number,
  event: ContractEvent,
): Promise<AcceptedDirective> => ({
  handle: directive.patient,
  digest,
  operation: directive.operation,
  jws,
  ...('consentId' in directive ? { consentId: directive.consentId } : {}),
  ...('sequence' in directive ? { sequence: directive.sequence } : {}),
  receivedAt,
  ledger: {
    state: 'committed',
    transactionId,
    blockNumber:
      transactionId === event.transactionId
        ? event.blockNumber
        : await blockOf(ledger, transactionId, event.blockNumber),
  },
});
