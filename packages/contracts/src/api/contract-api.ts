/**
 * The version of what contracts and gateways say to each other: transactions, arguments, results, events, state. Whoever changes any of
 * it in a way that the other side notices adds one to `version`, and keeps `oldestServed` at the version before, so that chaincode and
 * gateways are upgraded one at a time, in either order.
 */
export type ContractApi = {
  readonly version: number;
  /** The oldest version of the other side that this side works with. */
  readonly oldestServed: number;
};

/** Of this code, be it the chaincode's or a gateway's. */
export const contractApi = { version: 3, oldestServed: 2 } as const satisfies ContractApi;

export type ContractApiFit =
  | { readonly kind: 'fits' }
  /** The ledger's contracts speak a version older than any that this gateway knows. */
  | { readonly kind: 'contracts-too-old'; readonly message: string }
  /** The ledger's contracts no longer serve what this gateway speaks. */
  | { readonly kind: 'gateway-too-old'; readonly message: string };

/** Whether a gateway that knows `known` works with a ledger whose contracts answered `served`; if not, what to do. */
export function fitContractApi(known: ContractApi, served: ContractApi): ContractApiFit {
  if (served.version < known.oldestServed) {
    const message = `the chaincode has contract API ${served.version}, this gateway needs ${known.oldestServed} to ${known.version}: upgrade the chaincode first`;
    return { kind: 'contracts-too-old', message };
  }
  if (known.version < served.oldestServed) {
    const message = `the chaincode has contract API ${served.version} and serves gateways from ${served.oldestServed} on, this gateway has ${known.version}: upgrade the gateway first`;
    return { kind: 'gateway-too-old', message };
  }
  return { kind: 'fits' };
}

/** Reads what `directory:ApiVersion` answered; undefined if it is no such answer. Members that later versions add are let be. */
export function parseContractApi(json: string): ContractApi | undefined {
  try {
    const read = JSON.parse(json) as Partial<Record<keyof ContractApi, unknown>> | null;
    const version = read?.version;
    const oldestServed = read?.oldestServed;
    if (!isVersion(version) || !isVersion(oldestServed) || oldestServed > version) return undefined;
    return { version, oldestServed };
  } catch {
    return undefined;
  }
}

const isVersion = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
