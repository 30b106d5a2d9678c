import {
  accessDecidedTopic,
  activeSpan,
  inBatchSpan,
  recordAcceptedTopic,
  spanOf,
  type VersionEventData,
} from '@chartseal/server';
import type { LogEntry, LogName, ReceivedEvent } from '@chartseal/ports';
import { z } from 'zod';
import { buryDeadLetters, type Refusal } from './dead-letters.ts';
import { logNames, type AnchorDependencies } from './dependencies.ts';
import { integrate } from './integrate.ts';
import type { Writers } from './writers.ts';

export const sequencedTopics = [recordAcceptedTopic, accessDecidedTopic];
export const consumerGroup = 'anchor';

const logOf: Readonly<Record<string, LogName>> = { [recordAcceptedTopic]: 'records', [accessDecidedTopic]: 'access' };

/** Untrusted: anyone who can write the topic could have sent it. What passes can be stored: a value that fails there comes for ever. */
const versionEvent = z.object({
  data: z.object({
    handle: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    versionId: z.int32().positive(),
    commitment: z.base64(),
    log: z.enum(['records', 'access']),
  }),
});

/**
 * Gives each announced version its leaf: accepted → sequenced and integrated, in one transaction for each log. What was sequenced before
 * keeps its leaf, so redelivery changes nothing. What is no version's event goes to the dead letters and holds nobody up.
 */
export const sequence = (
  dependencies: Sequencing,
  writers: Writers,
  batch: readonly ReceivedEvent[],
): Promise<void> => {
  const attributes = { 'messaging.batch.message_count': batch.length };
  const from = batch.flatMap((event) => spanOf(event) ?? []);
  return inBatchSpan('sequence', { kind: 'consumer', attributes }, from, () =>
    sequenceBatch(dependencies, writers, batch),
  );
};

type Sequencing = Pick<AnchorDependencies, 'logs' | 'events' | 'fhirBaseUrl' | 'clock' | 'log' | 'metrics' | 'trail'>;

const sequenceBatch = async (
  dependencies: Sequencing,
  writers: Writers,
  batch: readonly ReceivedEvent[],
): Promise<void> => {
  const { logs, metrics, trail } = dependencies;
  const read = batch.map((event) => ({ event, entry: readEvent(event) }));
  const refused = read.flatMap(({ event, entry }) => (typeof entry === 'string' ? [{ event, reason: entry }] : []));
  await buryDeadLetters(dependencies, refused);
  const entries = read.flatMap(({ entry }) => (typeof entry === 'string' ? [] : [entry]));
  for (const log of logNames) {
    const own = entries.filter((entry) => entry.log === log);
    if (own.length === 0) continue;
    const { treeSize } = await writers.write(log, (lease) => logs.append(lease, own, integrate));
    metrics.count('chartseal_events_sequenced_total', { log }, own.length);
    trail.note(log, treeSize, activeSpan());
  }
};

const readEvent = ({ topic, value }: ReceivedEvent): (LogEntry & { log: LogName }) | Refusal => {
  const json = parse(value);
  if (json === undefined) return 'not-json';
  const parsed = versionEvent.safeParse(json.value);
  const data: VersionData | undefined = parsed.data?.data;
  const entry = data === undefined ? undefined : new Uint8Array(Buffer.from(data.commitment, 'base64'));
  if (data === undefined || entry?.length !== 32) return 'not-a-version';
  if (data.log !== logOf[topic]) return 'wrong-log';
  return { handle: data.handle, versionId: data.versionId, log: data.log, entry };
};

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

type VersionData = Pick<VersionEventData, 'handle' | 'versionId' | 'commitment' | 'log'>;
