import type { LogName, OutboxEvent } from '@chartseal/ports';
import { traceHeaders } from '../tracing/trace-headers.ts';

/** Topics on which versions are announced; the anchor sequences what it reads there (DESIGN §6, Events). */
export const recordAcceptedTopic = 'chartseal.record.accepted.v1';
export const accessDecidedTopic = 'chartseal.access.decided.v1';

/**
 * Which log the version goes to, and what strangers may be told of it. `effect` and `reason` are the decision's own closed
 * words; neither may carry anything that a client or a patient wrote.
 */
export type Announcement =
  | { readonly log: 'records' }
  | { readonly log: 'access'; readonly effect: 'permit' | 'deny'; readonly reason: string };

/** `data` of both events, as the anchor reads it. */
export type VersionEventData = {
  /** `<fhirBaseUrl>/$record/<handle>`: the only name of a record that leaves the store. */
  readonly record: string;
  readonly handle: string;
  readonly versionId: number;
  /** base64, 32 bytes. */
  readonly commitment: string;
  readonly log: LogName;
};

export type VersionPosition = { readonly versionId: number; readonly lastUpdated: string; readonly handle: string };

/** CloudEvents 1.0, JSON format. Its id is the version's: a redelivery is recognised, two versions never share one. */
export const versionEvent = (
  announcement: Announcement,
  position: VersionPosition,
  commitment: Uint8Array,
  fhirBaseUrl: string,
): OutboxEvent => {
  const { handle, versionId, lastUpdated } = position;
  const topic = announcement.log === 'records' ? recordAcceptedTopic : accessDecidedTopic;
  const data: VersionEventData = {
    record: `${fhirBaseUrl}/$record/${handle}`,
    handle,
    versionId,
    commitment: Buffer.from(commitment).toString('base64'),
    ...announcement,
  };
  const event = {
    specversion: '1.0',
    id: `${handle}/${versionId}`,
    source: fhirBaseUrl,
    type: topic,
    time: lastUpdated,
    datacontenttype: 'application/json',
    data,
  };
  return { topic, key: handle, value: JSON.stringify(event), ...traceHeaders() };
};
