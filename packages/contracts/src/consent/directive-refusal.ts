import { DirectiveError } from '@chartseal/consent';
import type { DirectiveErrorCode } from '@chartseal/consent';
import { refuse } from '../refusal.ts';
import type { ContractRefusalCode } from '../refusal.ts';

const codes = {
  signature: 'signature',
  key: 'key',
  header: 'malformed',
  network: 'network',
  custodian: 'forbidden',
  // Of a countersignature: the directive's own are compared with the state.
  sequence: 'malformed',
  patient: 'malformed',
  payload: 'malformed',
  commitment: 'malformed',
  code: 'malformed',
} as const satisfies Record<DirectiveErrorCode, ContractRefusalCode>;

/** Turns what is wrong with a JWS into the contract's refusal; lets anything else through. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DirectiveError) return refuse(codes[error.code]);
    throw error;
  }
}
