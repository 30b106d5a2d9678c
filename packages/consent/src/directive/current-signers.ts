import { payloadDigest } from './commitment.ts';
import { DirectiveError } from './directive-error.ts';
import { parseDirective } from './directive.ts';
import { parseEnrolment, verifyEnrolment } from './enrolment.ts';
import type { Proxy, Registrar, Signers } from './signers.ts';
import { verifyDirective } from './verify-directive.ts';

/** What the chain of keys needs to know of a directive that a custodian holds. */
export type HeldSignature = {
  readonly operation: string;
  readonly digest: string;
  /** Compact JWS; empty for what the custodian says itself. */
  readonly jws: string;
  readonly sequence?: number;
  /** Milliseconds since the epoch, by the custodian's clock. */
  readonly receivedAt: number;
  readonly ledger: { readonly state: 'pending' | 'refused' | 'committed' };
};

/** All that says who may sign for a handle. */
export type SignerChain = {
  readonly enrolmentJws: string;
  readonly held: readonly HeldSignature[];
  /** The custodian's own, those whose time is over too. */
  readonly registrars: readonly Registrar[];
};

/**
 * Who signs for a handle now: the key enrolled, then that of each rotation which the ledger has committed, each verified by the one before,
 * and the proxies that those appointed. What is still pending changes nothing yet, here as on the ledger, but for a dismissal, which only takes away.
 * @throws DirectiveError if the chain does not hold
 */
export const currentSigners = (chain: SignerChain): Promise<Signers> => follow(chain, () => true);

/**
 * Who signed for a handle when a directive was taken: as `currentSigners`, but for what has its `payloadDigest` itself or a later sequence. With it the
 * same payload can be verified again after the key has changed.
 * @throws DirectiveError if the chain does not hold
 */
export const signersAt = (
  chain: SignerChain,
  directive: { readonly digest: string; readonly sequence?: number },
): Promise<Signers> =>
  follow(
    chain,
    ({ digest, sequence = 0 }) => digest !== directive.digest && sequence < (directive.sequence ?? Infinity),
    directive.digest,
  );

const follow = async (
  { enrolmentJws, held, registrars }: SignerChain,
  counts: (word: HeldSignature) => boolean,
  upTo?: string,
): Promise<Signers> => {
  const enrolment = await verifyEnrolment(enrolmentJws, parseEnrolment(enrolmentJws));
  if (enrolment.attested !== undefined) return { kind: 'attested', registrars };
  const { network, patient } = enrolment;
  let key = enrolment.publicKey;
  const proxies: Proxy[] = [];
  const dismissals = dismissalsOf(held);
  const words = held
    .filter(({ operation, ledger }) => chainOperations.has(operation) && ledger.state === 'committed')
    .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
  // A rotation or an appointment by its own digest ends the chain that verified it.
  const end = words.findIndex(({ jws }) => payloadDigest(jws) === upTo);
  for (const word of (end < 0 ? words : words.slice(0, end)).filter(counts)) {
    const signer = key;
    const directive = await verifyDirective(word.jws, { network, patient, keyOf: () => signer });
    if (directive.operation !== word.operation) throw new DirectiveError('payload', 'held as what was not signed');
    if (directive.operation === 'rotate-key') key = directive.publicKey;
    if (directive.operation === 'appoint-proxy') proxies.push(withDismissal(directive, dismissals));
  }
  return { kind: 'own', patient: key, proxies };
};

const chainOperations: ReadonlySet<string> = new Set(['rotate-key', 'appoint-proxy']);

/** When each proxy's first dismissal was received. */
export const dismissalsOf = (
  held: readonly Pick<HeldSignature, 'operation' | 'jws' | 'receivedAt'>[],
): ReadonlyMap<string, number> => {
  const dismissals = new Map<string, number>();
  for (const { operation, jws, receivedAt } of held) {
    if (operation !== 'dismiss-proxy') continue;
    const directive = parseDirective(jws);
    if (directive.operation !== 'dismiss-proxy') continue;
    const { proxyId } = directive;
    dismissals.set(proxyId, Math.min(receivedAt, dismissals.get(proxyId) ?? receivedAt));
  }
  return dismissals;
};

export const withDismissal = (
  { proxyId, publicKey, scope, end, sequence }: Omit<Proxy, 'dismissedAt'>,
  dismissals: ReadonlyMap<string, number>,
): Proxy => {
  const dismissedAt = dismissals.get(proxyId);
  const proxy = { proxyId, publicKey, scope, end, sequence };
  return dismissedAt === undefined ? proxy : { ...proxy, dismissedAt };
};
