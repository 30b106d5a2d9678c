/** Who may sign for a handle: the patient, proxies within their scope and time, or, for a patient without a key, registrars (consent-semantics A2, A6). */
import { DirectiveError } from './directive-error.ts';
import type { AppointProxyDirective } from './directive.ts';
import { scopeFor, type ProxyScope } from './proxy-scope.ts';
import { readPublicKey, thumbprint, type PublicKey } from './public-key.ts';
import type { KnownKey, SignedBy } from './verify-directive.ts';

export type Proxy = Pick<AppointProxyDirective, 'proxyId' | 'publicKey' | 'scope' | 'end' | 'sequence'> & {
  /** When the custodian received its dismissal; milliseconds since the epoch. */
  readonly dismissedAt?: number;
};

/** A key of the custodian's own people. */
export type Registrar = {
  readonly registrar: string;
  readonly publicKey: KnownKey;
  /** When it was taken away; milliseconds since the epoch. What it signed before stays. */
  readonly until?: number;
};

export type Signers =
  | { readonly kind: 'own'; readonly patient: PublicKey; readonly proxies: readonly Proxy[] }
  | { readonly kind: 'attested'; readonly registrars: readonly Registrar[] };

/** A key that may sign what it signed, and whether it might when the custodian received that. */
export type Signer = { readonly publicKey: PublicKey; readonly timely: 'in time' | 'too late' };

/**
 * The key that has to have signed this. For a patient with an own key that is the patient's unless it names a proxy's whose scope covers it.
 * @param receivedAt by the custodian's clock, milliseconds since the epoch: what the signer says of the time proves nothing
 * @returns undefined if nobody could have signed it
 */
export const signerOf = async (
  signers: Signers,
  { kid, directive }: SignedBy,
  receivedAt: number,
): Promise<Signer | undefined> => {
  const attested = 'attested' in directive ? directive.attested : undefined;
  if (signers.kind === 'attested') {
    const known = signers.registrars.filter(({ registrar }) => registrar === attested?.registrar);
    const key = await keyNamed(known, kid);
    if (key === undefined) return undefined;
    return signer(readPublicKey(key.publicKey), key.until === undefined || receivedAt < key.until);
  }
  // Who has a key speaks for himself (A6).
  if (attested !== undefined) return undefined;
  const patient = signer(signers.patient, true);
  if (kid === (await thumbprint(signers.patient))) return patient;
  const scope = scopeFor[directive.operation];
  const proxy = await proxyNamed(signers.proxies, kid, scope, receivedAt);
  return proxy === undefined ? patient : signer(proxy.publicKey, isInTime(proxy, receivedAt));
};

/** The key with which the patient, or a proxy who may, reads. `undefined`: the handle has no key that reads. */
export const readerKey = async (signers: Signers, kid: string, now: number): Promise<PublicKey | undefined> => {
  if (signers.kind === 'attested') return undefined;
  const proxy = await proxyNamed(signers.proxies, kid, 'read', now);
  return proxy !== undefined && isInTime(proxy, now) ? proxy.publicKey : signers.patient;
};

/** For `verifyDirective`. @throws DirectiveError `key` for a proxy or a registrar whose time is over */
export const keyInTime =
  (signers: Signers, receivedAt: number) =>
  async (_patient: string, signed: SignedBy): Promise<PublicKey | undefined> => {
    const found = await signerOf(signers, signed, receivedAt);
    if (found?.timely === 'too late') throw new DirectiveError('key', 'the time of the key that signed is over');
    if (found === undefined) throw new DirectiveError('key', 'nobody may sign this for this handle');
    return found.publicKey;
  };

const signer = (publicKey: PublicKey, inTime: boolean): Signer => ({
  publicKey,
  timely: inTime ? 'in time' : 'too late',
});

const isInTime = ({ end, dismissedAt }: Proxy, at: number): boolean =>
  at <= end && (dismissedAt === undefined || at < dismissedAt);

/** Should a key have been appointed twice, an appointment that still lasts: to appoint again, or to dismiss one, undoes nothing said under the other. */
const proxyNamed = async (
  proxies: readonly Proxy[],
  kid: string,
  scope: ProxyScope | undefined,
  at: number,
): Promise<Proxy | undefined> => {
  if (scope === undefined) return undefined;
  const within = proxies.filter((each) => each.scope.includes(scope));
  return keyNamed([...within.filter((each) => isInTime(each, at)), ...within], kid);
};

const keyNamed = async <T extends { readonly publicKey: KnownKey }>(
  candidates: readonly T[],
  kid: string,
): Promise<T | undefined> => {
  for (const candidate of candidates) {
    if (kid === (await thumbprint(readPublicKey(candidate.publicKey)))) return candidate;
  }
  return undefined;
};
