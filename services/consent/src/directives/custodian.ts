import { createHash } from 'node:crypto';
import type { HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { settleWithin } from './settle.ts';

type CustodianOperation = 'custodian-freeze' | 'custodian-unfreeze' | 'close';

/** DESIGN §6: what the ledger has not answered by then goes on by itself. */
export const settleTimeoutMs = 5000;

/** The custodian's own word about a handle: held, so enforced, before the ledger is asked. */
export const custodianDirective = async (
  dependencies: ConsentDependencies,
  handle: string,
  operation: CustodianOperation,
): Promise<HeldDirective> => {
  const { patients, clock, randomBytes } = dependencies;
  // A handle ends once; it is frozen as often as the patient asks.
  const nonce = operation === 'close' ? '' : Buffer.from(randomBytes(16)).toString('base64url');
  const digest = createHash('sha256').update(`${operation}\n${handle}\n${nonce}`).digest('base64url');
  const receivedAt = clock.wallMs();
  const word = { handle, digest, operation, jws: '', receivedAt, ledger: { state: 'pending' } } as const;
  const held = await patients.hold(word);
  return held.ledger.state === 'pending' ? settleWithin(dependencies, held, settleTimeoutMs) : held;
};
