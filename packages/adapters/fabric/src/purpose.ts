import { createHash } from 'node:crypto';
import type { ContractCall } from '@chartseal/ports';

/** Names what a call asks for. The contracts are idempotent by business key, so that one commit of several with the same purpose is enough. */
export const purposeOf = ({ contract, transaction, args }: ContractCall, mspId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([mspId, contract, transaction, args]))
    .digest('hex');
