import type { OutgoingEvent } from '@chartseal/ports';
import { textArray } from '../database/binary-array.ts';

const isNone = (headers: OutgoingEvent['headers']): boolean => Object.keys(headers ?? {}).length === 0;

/** A JSON object, for the columns `outbox.headers` and `event.headers`; null where an event has none. */
export const headersColumn = (events: readonly OutgoingEvent[]): Buffer =>
  textArray(events.map(({ headers }) => (isNone(headers) ? null : JSON.stringify(headers))));

export type HeadersRow = { readonly headers: string | null };

/** What was written; nothing where there was nothing. */
export const headersOf = ({ headers }: HeadersRow): Pick<OutgoingEvent, 'headers'> =>
  headers === null ? {} : { headers: JSON.parse(headers) as Record<string, string> };
