import { randomBytes } from 'node:crypto';
import type { LogClaim } from '@chartseal/contracts';
import type { WriterLease } from '@chartseal/ports';
import { ledgerLog } from '@chartseal/server';
import type { RecoveryEngines } from '../compose-recovery.ts';

/** Takes the log over, whoever had it: that is what an operator says by recovering here. @returns the name that anchors it */
export const claim = async (
  { ledger, logs }: Pick<RecoveryEngines, 'ledger' | 'logs'>,
  lease: WriterLease,
  origin: string,
): Promise<string> => {
  const onLedger = ledgerLog(ledger);
  const previous = (await onLedger.writer(origin))?.writer ?? null;
  const writer = randomBytes(16).toString('base64url');
  await logs.noteClaim(lease, { writer: previous ?? undefined, nextWriter: writer });
  const asked: LogClaim = { origin, writer, previous };
  await ledger.submit({ contract: 'anchor', transaction: 'Claim', args: [JSON.stringify(asked)] });
  await logs.noteClaim(lease, { writer, nextWriter: undefined });
  return writer;
};
