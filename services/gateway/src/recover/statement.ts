import type { StatementSubmission } from '@chartseal/contracts';
import type { LogName } from '@chartseal/ports';
import { verifierKeyOf } from '@chartseal/service-anchor';
import { formatLogStatement, signNote, type LeafRange } from '@chartseal/tlog';
import type { RecoveryEngines } from '../compose-recovery.ts';
import { currentIdentity } from './line.ts';

export type Recovered = {
  readonly log: LogName;
  readonly leaves: readonly LeafRange[];
  readonly facts: Readonly<Record<string, string>>;
};

/** What the log says of what happened to it: which leaves stand for versions that nobody holds any more. */
export const recoveryStatement = async (
  engines: Pick<RecoveryEngines, 'identities' | 'logOrigin' | 'logs' | 'ledger' | 'clock'>,
  { log, leaves, facts }: Recovered,
): Promise<string> => {
  const { ledger, clock } = engines;
  const identity = await currentIdentity(engines, log);
  const text = formatLogStatement({
    type: 'chartseal-recovery/v1',
    origin: identity.origin,
    facts: { network: ledger.network, time: new Date(clock.wallMs()).toISOString(), ...facts },
    leaves,
  });
  return signNote(text, verifierKeyOf(identity), (message) => identity.signer.sign(message));
};

export const submitRecovery = async (
  { ledger }: Pick<RecoveryEngines, 'ledger'>,
  submission: StatementSubmission,
): Promise<void> => {
  await ledger.submit({ contract: 'anchor', transaction: 'Recover', args: [JSON.stringify(submission)] });
};
