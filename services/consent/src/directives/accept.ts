import { currentKey, payloadDigest, verifyDirective, type Directive } from '@chartseal/consent';
import { ChartsealError, isKind, type HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { answerFor, type DirectiveAnswer } from './answer.ts';
import { settleTimeoutMs } from './custodian.ts';
import { ledgerRefusal, refusalOf } from './refusal.ts';
import { settle, settleWithin } from './settle.ts';
import { admitTerms, type Terms } from './terms.ts';

export type DirectiveRequest = { readonly directive: string; readonly terms: Terms | undefined };

/**
 * A patient's signed word (DESIGN §6 Consent 3). It is verified and held durably before the ledger sees it; a revocation or a freeze is
 * enforced from that moment, whatever the ledger does. The same payload again gets the same answer.
 * @throws ChartsealError 401 `unauthenticated`, 409 `conflict` (with lastSequence), 422 `invalid`
 */
export const acceptDirective = async (
  dependencies: ConsentDependencies,
  request: DirectiveRequest,
): Promise<DirectiveAnswer> => {
  const directive = await verify(dependencies, request.directive);
  const digest = payloadDigest(request.directive);
  const known = (await dependencies.patients.directives(directive.patient)).find((each) => each.digest === digest);
  const terms = known === undefined && directive.operation === 'put' ? await admitTerms(directive, request.terms) : {};
  const held =
    known ?? (await dependencies.patients.hold(toHold(dependencies, request.directive, digest, directive, terms)));
  if (held.ledger.state === 'committed') return answerFor(held);
  const saysNo = directive.operation === 'revoke' || directive.operation === 'freeze';
  try {
    return answerFor(await (saysNo ? settleWithin(dependencies, held, settleTimeoutMs) : settle(dependencies, held)));
  } catch (error) {
    if (isKind(error, 'ledger-refused')) throw ledgerRefusal(error);
    throw error;
  }
};

const verify = async ({ patients, ledger }: ConsentDependencies, jws: string): Promise<Directive> => {
  try {
    return await verifyDirective(jws, {
      network: ledger.network,
      keyOf: async (patient) => {
        const handle = await patients.handle(patient);
        if (handle?.enrolmentJws === undefined || handle.state !== 'open') return undefined;
        return currentKey(handle.enrolmentJws, await patients.directives(patient));
      },
    });
  } catch (error) {
    throw refusalOf(error);
  }
};

const toHold = (
  { clock }: ConsentDependencies,
  jws: string,
  digest: string,
  directive: Directive,
  terms: Pick<HeldDirective, 'consentText' | 'commitmentKey'>,
): HeldDirective => ({
  handle: directive.patient,
  digest,
  operation: directive.operation,
  jws,
  ...('consentId' in directive ? { consentId: directive.consentId } : {}),
  ...('sequence' in directive ? { sequence: directive.sequence } : {}),
  ...terms,
  receivedAt: clock.wallMs(),
  ledger: { state: 'pending' },
});

/** @throws ChartsealError `malformed` */
export const requireTermsForPut = (terms: Terms | undefined): Terms => {
  if (terms === undefined) throw new ChartsealError('invalid', 'a put needs `consent` and `key`');
  return terms;
};
