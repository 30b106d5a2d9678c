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
  const receivedAt = dependencies.clock.wallMs();
  const nonce = operation === 'close' ? '' : Buffer.from(dependencies.randomBytes(16)).toString('base64url');
  const digest = createHash('sha256').update(`${operation}\n${handle}\n${nonce}`).digest('base64url');
  const held = await dependencies.patients.hold({
    handle,
    digest,
    operation,
    jws: '',
    receivedAt,
    ledger: { state: 'pending' },
  });
  return settleWithin(dependencies, held, settleTimeoutMs);
};

export const closeOnLedger = async (dependencies: ConsentDependencies, handle: string): Promise<void> => {
  await custodianDirective(dependencies, handle, 'close');
};
