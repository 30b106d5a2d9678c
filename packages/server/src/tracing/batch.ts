import { context, trace, type SpanContext } from '@opentelemetry/api';
import { inSpan, type SpanOptions } from './span.ts';

/** A span may name many that it comes from; more than these tell nobody anything. */
const mostLinks = 64;

const distinct = (spans: readonly SpanContext[]): readonly SpanContext[] =>
  [...new Map(spans.map((span) => [span.spanId, span])).values()].slice(0, mostLinks);

/**
 * Runs work that was made necessary elsewhere: where all of it comes from one trace, the span is part of that; where it comes from several,
 * it begins a trace of its own and links to each (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/).
 */
export const inBatchSpan = <T>(
  name: string,
  options: Omit<SpanOptions, 'links'>,
  from: readonly SpanContext[],
  work: () => Promise<T>,
): Promise<T> => {
  const spans = distinct(from);
  const [first] = spans;
  const links = spans.map((span) => ({ context: span }));
  if (first === undefined) return inSpan(name, options, work);
  const isOneTrace = spans.every(({ traceId }) => traceId === first.traceId);
  const parent = isOneTrace ? trace.setSpanContext(context.active(), first) : trace.deleteSpan(context.active());
  return context.with(parent, () => inSpan(name, { ...options, links }, work));
};
