import { parseRefusal } from '@chartseal/contracts';
import { ChartsealError } from '@chartseal/ports';
import type { Contract } from 'fabric-contract-api';
import type { Transaction } from './block.ts';
import { simulate } from './stub.ts';
import type { Invocation } from './stub.ts';
import type { StateReader } from './world-state.ts';

export type Execution = Pick<Transaction, 'writes' | 'event' | 'result'>;

/**
 * Runs one transaction of a contract against `state`, as fabric-shim would: through the class's own hooks, with only its own
 * methods on offer. Rejects with `ledger-refused`, `malformed` (no such transaction) or `internal` (the contract broke).
 */
export async function execute(contract: Contract, state: StateReader, invocation: Invocation): Promise<Execution> {
  const simulation = simulate(state, invocation);
  const ctx = contract.createContext();
  ctx.stub = simulation.stub;
  ctx.clientIdentity = {
    getMSPID: () => invocation.mspId,
    getID: () => invocation.mspId,
    getIDBytes: () => invocation.creator,
    getAttributeValue: () => null,
    assertAttributeValue: () => false,
  };
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(contract));
  if (!own.includes(invocation.transaction) || invocation.transaction === 'constructor') {
    throw new ChartsealError('malformed', 'the contract has no such transaction');
  }
  try {
    await contract.beforeTransaction(ctx);
    // Fabric's declaration says Function; its code looks the method up by name.
    const method = invocation.transaction as unknown as () => void;
    const returned: unknown = await contract.aroundTransaction(ctx, method, invocation.args);
    await contract.afterTransaction(ctx, returned);
    const result = returned === undefined ? '' : JSON.stringify(returned);
    return { writes: simulation.writes(), event: simulation.event(), result };
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): ChartsealError {
  const refusal = error instanceof Error ? parseRefusal(error.message) : undefined;
  if (refusal === undefined) return new ChartsealError('internal', 'a contract failed', {}, { cause: error });
  const { code, lastSequence } = refusal;
  const detail = lastSequence === undefined ? { code } : { code, lastSequence };
  return new ChartsealError('ledger-refused', `the contract refused: ${code}`, detail);
}
