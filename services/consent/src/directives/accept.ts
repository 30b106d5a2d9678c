import { currentKey, keyThatSigned, payloadDigest, verifyDirective, type Directive } from '@chartseal/consent';
import { isKind, type HeldDirective } from '@chartseal/ports';
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
  const digest = digestOf(request.directive);
  const directive = await verify(dependencies, request.directive, digest);
  const known = (await dependencies.patients.directives(directive.patient)).find((each) => each.digest === digest);
  const terms = known === undefined && directive.operation === 'put' ? admitTerms(directive, request.terms) : {};
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

const verify = async ({ patients, ledger }: ConsentDependencies, jws: string, digest: string): Promise<Directive> => {
  try {
    return await verifyDirective(jws, {
      network: ledger.network,
      keyOf: async (patient) => {
        const handle = await patients.handle(patient);
        if (handle?.enrolmentJws === undefined || handle.state !== 'open') return undefined;
        const held = await patients.directives(patient);
        const known = held.find((each) => each.digest === digest);
        // The same payload again is checked with the key of its time: it may itself have rotated that key away.
        return known === undefined
          ? currentKey(handle.enrolmentJws, held)
          : keyThatSigned(handle.enrolmentJws, held, known);
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

const digestOf = (jws: string): string => {
  try {
    return payloadDigest(jws);
  } catch (error) {
    throw refusalOf(error);
  }
};
