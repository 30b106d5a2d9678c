import { accessDecidedTopic, recordAcceptedTopic, type VersionEventData } from '@chartseal/server';
import { ChartsealError, type LogEntry, type LogName, type ReceivedEvent } from '@chartseal/ports';
import { z } from 'zod';
import { logNames, type AnchorDependencies } from './dependencies.ts';
import { integrate } from './integrate.ts';
import type { Writers } from './writers.ts';

export const sequencedTopics = [recordAcceptedTopic, accessDecidedTopic];
export const consumerGroup = 'anchor';

/** Untrusted: anyone who can write the topic could have sent it. */
const versionEvent = z.object({
  data: z.object({
    handle: z.string().min(1).max(64),
    versionId: z.int().positive(),
    commitment: z.base64(),
    log: z.enum(['records', 'access']),
  }),
});

/**
 * Gives each announced version its leaf: accepted → sequenced and integrated, in one transaction for each log. What was sequenced before
 * keeps its leaf, so redelivery changes nothing.
 */
export const sequence = async (
  { logs }: AnchorDependencies,
  writers: Writers,
  batch: readonly ReceivedEvent[],
): Promise<void> => {
  const entries = batch.map(readEvent);
  for (const log of logNames) {
    const own = entries.filter((entry) => entry.log === log);
    if (own.length > 0) await writers.write(log, (lease) => logs.append(lease, own, integrate));
  }
};

const readEvent = ({ topic, partition, offset, value }: ReceivedEvent): LogEntry & { log: LogName } => {
  const parsed = versionEvent.safeParse(JSON.parse(value));
  const data: VersionData | undefined = parsed.data?.data;
  const entry = data === undefined ? undefined : new Uint8Array(Buffer.from(data.commitment, 'base64'));
  if (data === undefined || entry?.length !== 32) {
    throw new ChartsealError('malformed', `the event at ${topic}/${partition}/${offset} is not a version's`);
  }
  return { handle: data.handle, versionId: data.versionId, log: data.log, entry };
};

type VersionData = Pick<VersionEventData, 'handle' | 'versionId' | 'commitment' | 'log'>;
