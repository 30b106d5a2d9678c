import type { OutgoingEvent, ReceivedEvent } from '@chartseal/ports';
import { headersOf, type HeadersRow } from './event-headers.ts';

export type EventRow = Pick<OutgoingEvent, 'key' | 'value'> & HeadersRow & { readonly position: string };

/** A topic is one partition; its positions are the offsets. */
export const toReceived = (topic: string, rows: readonly EventRow[]): readonly ReceivedEvent[] =>
  rows.map(({ position, key, value, headers }) => {
    return { topic, key, value, ...headersOf({ headers }), partition: 0, offset: position };
  });
