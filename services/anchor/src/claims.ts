import type { LogClaim } from '@chartseal/contracts';
import { ChartsealError, type LogName } from '@chartseal/ports';
import { ledgerLog } from '@chartseal/server';
import { randomBytes } from 'node:crypto';
import type { AnchorDependencies } from './dependencies.ts';
import type { Writers } from './writers.ts';

/** Names for one anchoring: whose the log is, and whose it is afterwards. Nothing where the contracts know no writers yet. */
export type HeldClaim = { readonly writer: string; readonly nextWriter: string } | undefined;

type Claiming = Pick<AnchorDependencies, 'logs' | 'ledger' | 'identities'>;

const newWriter = (): string => randomBytes(16).toString('base64url');

/**
 * Holds the log against the ledger's word of who writes it. Each anchoring passes it on to a name that is kept here before the ledger hears of it: so a
 * store that was copied, or set back, knows an old name, and of two gateways on one log the one that comes second is refused.
 * @throws ChartsealError `behind-ledger` where another has taken it over
 */
export const holdClaim = async (dependencies: Claiming, writers: Writers, log: LogName): Promise<HeldClaim> => {
  const { ledger, logs, identities } = dependencies;
  const onLedger = ledgerLog(ledger);
  if (!(await onLedger.keepsClaims())) return undefined;
  const claimed = await onLedger.writer(identities[log].origin);
  const known = await logs.claim(log);
  const writer = claimed === undefined ? await firstClaim(dependencies, writers, log) : claimed.writer;
  if (claimed !== undefined && writer !== known.writer && writer !== known.nextWriter)
    throw new ChartsealError('behind-ledger', `another gateway has taken over the ${log} log`);
  const nextWriter = newWriter();
  await writers.write(log, (lease) => logs.noteClaim(lease, { writer, nextWriter }));
  return { writer, nextWriter };
};

/** Of a log that nobody has claimed. */
const firstClaim = async ({ ledger, logs, identities }: Claiming, writers: Writers, log: LogName): Promise<string> => {
  const writer = (await logs.claim(log)).nextWriter ?? newWriter();
  await writers.write(log, (lease) => logs.noteClaim(lease, { writer: undefined, nextWriter: writer }));
  const claim: LogClaim = { origin: identities[log].origin, writer, previous: null };
  await ledger.submit({ contract: 'anchor', transaction: 'Claim', args: [JSON.stringify(claim)] });
  return writer;
};

/** The ledger took it. */
export const passClaim = async (
  { logs }: Pick<AnchorDependencies, 'logs'>,
  writers: Writers,
  log: LogName,
  held: HeldClaim,
): Promise<void> => {
  if (held === undefined) return;
  await writers.write(log, (lease) => logs.noteClaim(lease, { writer: held.nextWriter, nextWriter: undefined }));
};
