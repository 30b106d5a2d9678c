/** https://www.w3.org/TR/trace-context/: how a trace goes with an event from one process to the next. */
import { context, isSpanContextValid, ROOT_CONTEXT, trace, type SpanContext } from '@opentelemetry/api';
import type { OutgoingEvent } from '@chartseal/ports';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const propagator = new W3CTraceContextPropagator();

const setter = {
  set: (carrier: Record<string, string>, key: string, value: string): void => void (carrier[key] = value),
};
const getter = {
  keys: (carrier: Readonly<Record<string, string>>): string[] => Object.keys(carrier),
  get: (carrier: Readonly<Record<string, string>>, key: string): string | undefined => carrier[key],
};

/** To be spread into an event: `headers` with the `traceparent` of what runs now, or nothing. */
export const traceHeaders = (): Pick<OutgoingEvent, 'headers'> => {
  const carrier: Record<string, string> = {};
  propagator.inject(context.active(), carrier, setter);
  const { traceparent } = carrier;
  // `tracestate` stays behind: it may hold what some other vendor wrote.
  return traceparent === undefined ? {} : { headers: { traceparent } };
};

/** The span in which an event was made; undefined if it says none, or nonsense. Untrusted. */
export const spanOf = ({ headers }: Pick<OutgoingEvent, 'headers'>): SpanContext | undefined => {
  const { traceparent } = headers ?? {};
  if (traceparent === undefined) return undefined;
  const found = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, { traceparent }, getter));
  return found !== undefined && isSpanContextValid(found) ? found : undefined;
};
