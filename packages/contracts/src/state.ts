import type { Context } from 'fabric-contract-api';
import { canonicalJson } from './canonical-json.ts';
import { refuse } from './refusal.ts';

/**
 * The world state as contracts use it: canonical JSON under ASCII keys, `<contract>/<kind>/<name>`. All contracts of the
 * chaincode share one namespace, as on Fabric.
 */
export async function readState<T>(ctx: Context, key: string): Promise<T | undefined> {
  const bytes = await ctx.stub.getState(key);
  return bytes.length === 0 ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T);
}

export async function writeState(ctx: Context, key: string, value: object): Promise<void> {
  await ctx.stub.putState(key, new TextEncoder().encode(canonicalJson(value)));
}

/** Every value whose key starts with `prefix`, which ends in a slash, in the order of the keys. */
export async function listState<T>(ctx: Context, prefix: string): Promise<readonly T[]> {
  const values: T[] = [];
  // '0' is the character after '/': the range holds exactly the keys with the prefix.
  for await (const { value } of ctx.stub.getStateByRange(prefix, `${prefix.slice(0, -1)}0`)) {
    values.push(JSON.parse(new TextDecoder().decode(value)) as T);
  }
  return values;
}

/** Sets the transaction's one event. */
export function emit(ctx: Context, name: string, payload: object): void {
  ctx.stub.setEvent(name, new TextEncoder().encode(canonicalJson(payload)));
}

// The last moment of the year 9999: RFC 3339 has no later one.
const latestMs = 253_402_300_799_999;

/** The client's clock, as an RFC 3339 instant: informative, never decided on. Refuses: malformed, where that clock shows no such instant. */
export function transactionTime(ctx: Context): string {
  const { seconds, nanos } = ctx.stub.getTxTimestamp();
  const ms = Number(String(seconds)) * 1000 + Math.trunc(nanos / 1_000_000);
  return ms >= 0 && ms <= latestMs ? new Date(ms).toISOString() : refuse('malformed', { at: 'timestamp' });
}
