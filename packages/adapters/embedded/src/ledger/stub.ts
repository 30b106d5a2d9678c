import type { Context } from 'fabric-contract-api';
import type { Write } from './block.ts';
import type { StateReader } from './world-state.ts';

/** What a transaction did, by Fabric's words: its write set and its event. */
export type Simulation = {
  readonly stub: Context['stub'];
  writes(): readonly Write[];
  event(): { readonly name: string; readonly payload: string } | null;
};

export type Invocation = {
  readonly transactionId: string;
  readonly transaction: string;
  readonly args: readonly string[];
  readonly mspId: string;
  readonly creator: Uint8Array;
  /** RFC 3339. */
  readonly timestamp: string;
};

/** Fabric's code points for composite keys. */
const separator = '\u0000';
const lastRune = '\u{10ffff}';

/**
 * The part of Fabric's ChaincodeStub that our contracts may use. As on a peer, a transaction reads the state before it: never
 * its own writes.
 */
export function simulate(state: StateReader, invocation: Invocation): Simulation {
  const writes = new Map<string, string | null>();
  let event: { name: string; payload: string } | null = null;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const encoder = new TextEncoder();

  async function* range(start: string, end: string) {
    for (const key of state.keys(start, end)) {
      yield { namespace: 'chartseal', key, value: encoder.encode(state.get(key) ?? '') };
    }
  }
  const compositeKey = (objectType: string, attributes: readonly string[]): string =>
    `${separator}${[objectType, ...attributes].map((part) => `${part}${separator}`).join('')}`;

  const stub = {
    getTxID: () => invocation.transactionId,
    getChannelID: () => 'chartseal',
    getMspID: () => invocation.mspId,
    getCreator: () => ({ mspid: invocation.mspId, idBytes: invocation.creator }),
    getFunctionAndParameters: () => ({ fcn: invocation.transaction, params: [...invocation.args] }),
    getTxTimestamp: () => timestamp(invocation.timestamp),
    getDateTimestamp: () => new Date(invocation.timestamp),
    getState: async (key: string) => encoder.encode(state.get(key) ?? ''),
    putState: async (key: string, value: Uint8Array) => void writes.set(writable(key), decoder.decode(value)),
    deleteState: async (key: string) => void writes.set(writable(key), null),
    getStateByRange: (start: string, end: string) => range(start, end),
    getStateByPartialCompositeKey: (objectType: string, attributes: string[]) => {
      const prefix = compositeKey(objectType, attributes);
      return range(prefix, `${prefix}${lastRune}`);
    },
    createCompositeKey: compositeKey,
    splitCompositeKey: (key: string) => {
      const [objectType = '', ...attributes] = key.slice(1, -1).split(separator);
      return { objectType, attributes };
    },
    setEvent: (name: string, payload: Uint8Array) => {
      event = { name, payload: decoder.decode(payload) };
    },
  };
  return {
    stub: stub as unknown as Context['stub'],
    writes: () => [...writes].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1)),
    event: () => event,
  };
}

function writable(key: string): string {
  if (key === '' || !/^\p{ASCII}+$/u.test(key)) throw new Error('a state key is ASCII and not empty');
  return key;
}

/** Fabric's protobuf timestamp; its seconds are a Long. */
function timestamp(instant: string): { seconds: { toNumber(): number; toString(): string }; nanos: number } {
  const milliseconds = Date.parse(instant);
  const seconds = Math.floor(milliseconds / 1000);
  return {
    seconds: { toNumber: () => seconds, toString: () => String(seconds) },
    nanos: (milliseconds - seconds * 1000) * 1_000_000,
  };
}
