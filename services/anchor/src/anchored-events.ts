import type { AnchoredCheckpoint, OutboxEvent, SequencedEntry } from '@chartseal/ports';
import { traceHeaders } from '@chartseal/server';
import type { AnchorDependencies } from './dependencies.ts';

export const recordAnchoredTopic = 'chartseal.record.anchored.v1';
export const checkpointAnchoredTopic = 'chartseal.checkpoint.anchored.v1';

type Anchored = Omit<AnchoredCheckpoint, 'receipt'> & { readonly origin: string; readonly rootHash: string };

/** CloudEvents for each version that a checkpoint newly covers, and one for the checkpoint itself. */
export const anchoredEvents = (
  { fhirBaseUrl, clock }: Pick<AnchorDependencies, 'fhirBaseUrl' | 'clock'>,
  anchored: Anchored,
  entries: readonly SequencedEntry[],
): OutboxEvent[] => {
  const { origin, treeSize, rootHash, transactionId, blockNumber, log, note } = anchored;
  const where = { log, origin, treeSize, rootHash, transactionId, blockNumber };
  const event = (topic: string, id: string, data: object): string =>
    JSON.stringify({
      specversion: '1.0',
      id,
      source: fhirBaseUrl,
      type: topic,
      time: new Date(clock.wallMs()).toISOString(),
      datacontenttype: 'application/json',
      data,
    });
  const perEntry = entries.map(({ handle, versionId, leafIndex }) => ({
    topic: recordAnchoredTopic,
    key: handle,
    value: event(recordAnchoredTopic, `${handle}/${versionId}/anchored`, {
      record: `${fhirBaseUrl}/$record/${handle}`,
      handle,
      versionId,
      leafIndex,
      ...where,
    }),
    ...traceHeaders(),
  }));
  const own = event(checkpointAnchoredTopic, `${origin}/${treeSize}`, { ...where, checkpoint: note });
  return [...perEntry, { topic: checkpointAnchoredTopic, key: origin, value: own, ...traceHeaders() }];
};
