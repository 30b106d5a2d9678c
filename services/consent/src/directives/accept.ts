import {
  currentSigners,
  keyInTime,
  payloadDigest,
  signersAt,
  verifyDirective,
  type Directive,
  type PublicKey,
  type SignedBy,
} from '@chartseal/consent';
import { ChartsealError, isKind, type HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { answerFor, type DirectiveAnswer } from './answer.ts';
import { settleTimeoutMs } from './custodian.ts';
import { ledgerRefusal, refusalOf } from './refusal.ts';
import { settle, settleWithin } from './settle.ts';
import { admitTerms, refuseTerms, type Terms } from './terms.ts';

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
  await dependencies.limits?.other.take(`patient ${directive.patient}`);
  const saysNo = isNo(directive);
  const all = await dependencies.patients.directives(directive.patient);
  const known = all.find((each) => each.digest === digest);
  if (known?.ledger.state === 'committed') return answerFor(await complete(dependencies, request, directive, known));
  try {
    if (!saysNo && known?.ledger.state !== 'pending') await requireAcceptable(dependencies, request.directive, known);
    const held = known ?? (await admit(dependencies, { ...request, digest, all }, directive));
    return answerFor(await (saysNo ? settleWithin(dependencies, held, settleTimeoutMs) : settle(dependencies, held)));
  } catch (error) {
    if (isKind(error, 'ledger-refused')) throw ledgerRefusal(error);
    throw error;
  }
};

/** What only takes away is enforced from when it is held. */
const isNo = ({ operation }: Directive): boolean =>
  operation === 'revoke' || operation === 'freeze' || operation === 'dismiss-proxy';

/** A `put` that came through another gateway is held without its terms, and denies until they are brought here. */
const complete = async (
  { patients }: ConsentDependencies,
  { terms }: DirectiveRequest,
  directive: Directive,
  known: HeldDirective,
): Promise<HeldDirective> =>
  directive.operation !== 'put' || known.consentText !== undefined || terms === undefined
    ? known
    : patients.hold({ ...known, ...admitTerms(directive, terms) });

type Admission = DirectiveRequest & { readonly digest: string; readonly all: readonly HeldDirective[] };

const admit = (
  dependencies: ConsentDependencies,
  { directive: jws, terms, digest, all }: Admission,
  directive: Directive,
): Promise<HeldDirective> => {
  if (directive.operation !== 'put') {
    refuseTerms(terms);
    return dependencies.patients.hold(toHold(dependencies, jws, digest, directive, {}));
  }
  // Whatever became of the revocation on the ledger: it ends this consentId for ever (A3), and nobody is told otherwise.
  if (all.some(({ operation, consentId }) => operation === 'revoke' && consentId === directive.consentId))
    throw new ChartsealError('conflict', 'this consentId was revoked', { code: 'consent-used' });
  return dependencies.patients.hold(toHold(dependencies, jws, digest, directive, admitTerms(directive, terms)));
};

/**
 * That the ledger would take it, before it is held: what was refused once is refused for ever here, but a grant that came too early would
 * be taken by the ledger later, from whoever sends it there, and then neither would know the other's state.
 * @throws ChartsealError `ledger-refused`; `conflict` for one that was refused before and could pass now
 */
const requireAcceptable = async (
  { ledger }: ConsentDependencies,
  jws: string,
  known: HeldDirective | undefined,
): Promise<void> => {
  await ledger.evaluate({ contract: 'consent', transaction: 'SubmitDirective', args: [jws] });
  if (known !== undefined) throw new ChartsealError('conflict', 'this directive was refused before: sign a new one');
};

const verify = async (dependencies: ConsentDependencies, jws: string, digest: string): Promise<Directive> => {
  try {
    const { network } = dependencies.ledger;
    return await verifyDirective(jws, {
      network,
      keyOf: (patient, signed) => keyOf(dependencies, patient, signed, digest),
    });
  } catch (error) {
    throw refusalOf(error);
  }
};

/** The same payload again is checked with the keys and at the time that were then: it may itself have rotated a key away. */
const keyOf = async (
  { patients, clock }: ConsentDependencies,
  patient: string,
  signed: SignedBy,
  digest: string,
): Promise<PublicKey | undefined> => {
  const handle = await patients.handle(patient);
  if (handle?.enrolmentJws === undefined || handle.state !== 'open') return undefined;
  const held = await patients.directives(patient);
  const chain = { enrolmentJws: handle.enrolmentJws, held, registrars: await patients.registrars() };
  const known = held.find((each) => each.digest === digest);
  if (known !== undefined) return keyInTime(await signersAt(chain, known), known.receivedAt)(patient, signed);
  return keyInTime(await currentSigners(chain), clock.wallMs())(patient, signed);
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
