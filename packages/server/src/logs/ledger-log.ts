import { parseContractApi, type AnchoredLog, type LogWriter, type SuccessionState } from '@chartseal/contracts';
import { isKind, type Ledger } from '@chartseal/ports';

/** What the ledger says of a log. */
export type LedgerLog = {
  /** The newest checkpoint that it holds. */
  latest(origin: string): Promise<AnchoredLog | undefined>;
  /** The tree that a log must continue: the newest there, or of a successor the one that it begins with. */
  base(origin: string): Promise<Pick<AnchoredLog, 'treeSize' | 'rootHash'> | undefined>;
  writer(origin: string): Promise<LogWriter | undefined>;
  /** The tree with which a successor begins; undefined of a log that is none. */
  beginning(origin: string): Promise<SuccessionState | undefined>;
  /** How a log ended there; undefined of one that did not. */
  succession(origin: string): Promise<SuccessionState | undefined>;
  /** Whether the contracts there know who writes a log. */
  keepsClaims(): Promise<boolean>;
};

/** Version of the contract API. */
const claimsSince = 3;

export const ledgerLog = (ledger: Pick<Ledger, 'evaluate'>): LedgerLog => {
  const ask = async <T>(transaction: string, origin: string): Promise<T | undefined> => {
    try {
      return JSON.parse(await ledger.evaluate({ contract: 'anchor', transaction, args: [origin] })) as T;
    } catch (error) {
      if (isKind(error, 'ledger-refused') && error.detail.code === 'not-found') return undefined;
      throw error;
    }
  };
  let claims: 'kept' | undefined;
  /** Contracts of an earlier release, which serve until they are upgraded, know neither writers nor successors. */
  const keepsClaims = async (): Promise<boolean> => {
    if (claims === 'kept') return true;
    const answer = await ledger.evaluate({ contract: 'directory', transaction: 'ApiVersion', args: [] });
    if ((parseContractApi(answer)?.version ?? 0) < claimsSince) return false;
    claims = 'kept';
    return true;
  };
  const latest = (origin: string): Promise<AnchoredLog | undefined> => ask<AnchoredLog>('Latest', origin);
  const beginning = async (origin: string): Promise<SuccessionState | undefined> =>
    (await keepsClaims()) ? ask<SuccessionState>('Beginning', origin) : undefined;
  return {
    latest,
    beginning,
    keepsClaims,
    base: async (origin) => (await latest(origin)) ?? beginning(origin),
    succession: async (origin) => ((await keepsClaims()) ? ask<SuccessionState>('Succession', origin) : undefined),
    writer: async (origin) => ((await keepsClaims()) ? ask<LogWriter>('Writer', origin) : undefined),
  };
};
