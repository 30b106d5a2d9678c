/** The custodian's own people who attest what patients without a key have said (consent-semantics A6): kept here, and told to the ledger's contract. */
import { DirectiveError, readPublicKey } from '@chartseal/consent';
import { ChartsealError, isKind, type HeldRegistrar } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { ledgerRefusal } from '../directives/refusal.ts';

const namePattern = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** The name is the hospital's own for a desk or a role, never a person's: it goes onto the ledger. @throws ChartsealError `invalid` */
export const readRegistrar = (registrar: string, publicKey: unknown): Omit<HeldRegistrar, 'until'> => {
  if (!namePattern.test(registrar)) throw invalid('registrar', 'must be lower-case letters, digits, dots and hyphens');
  try {
    const { kty, crv, x, y } = readPublicKey(publicKey);
    return { registrar, publicKey: { kty, crv, x, y } };
  } catch (error) {
    if (error instanceof DirectiveError) throw invalid('publicKey', 'must be a P-256 public key as a JWK');
    throw error;
  }
};

/** From now on this key attests. The same again changes nothing; one that was taken away stays so. */
export const addRegistrar = async (
  dependencies: ConsentDependencies,
  registrar: Omit<HeldRegistrar, 'until'>,
): Promise<void> => {
  await dependencies.patients.holdRegistrar(registrar);
  await tellLedger(dependencies);
};

/** Its keys attest nothing more here from the moment that they are taken away, whatever the ledger does; what they signed stays. */
export const removeRegistrar = async (dependencies: ConsentDependencies, registrar: string): Promise<void> => {
  const { patients, clock } = dependencies;
  await patients.endRegistrar(registrar, clock.wallMs());
  await tellLedger(dependencies);
};

/** All of them at once: asked again, it makes good what failed before. */
const tellLedger = async ({ patients, ledger, clock, onOwnCommit }: ConsentDependencies): Promise<void> => {
  const current = (await patients.registrars()).filter(({ until }) => until === undefined);
  const args = [JSON.stringify(current.map(({ registrar, publicKey }) => ({ registrar, publicKey })))];
  const submittedAtMs = clock.monotonicMs();
  try {
    const committed = await ledger.submit({ contract: 'directory', transaction: 'SetRegistrars', args });
    await onOwnCommit(submittedAtMs, committed);
  } catch (error) {
    throw isKind(error, 'ledger-refused') ? ledgerRefusal(error) : error;
  }
};

const invalid = (expression: string, diagnostics: string): ChartsealError =>
  new ChartsealError('invalid', 'the registrar cannot be taken', {
    issues: [{ code: 'value', expression, diagnostics }],
  });
