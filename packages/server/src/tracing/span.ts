import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { ChartsealError } from '@chartseal/ports';

export type SpanOptions = {
  readonly kind?: 'internal' | 'server' | 'producer' | 'consumer' | 'client';
  /** Closed words, counts and route templates. Never an id, a URL, a query or anything that a client or a patient wrote. */
  readonly attributes?: Attributes;
  readonly links?: readonly Link[];
};

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const;

/** Does nothing, and costs nothing to speak of, until `startTracing` was called. */
export const startSpan = (name: string, { kind = 'internal', attributes, links }: SpanOptions = {}): Span =>
  trace.getTracer('chartseal').startSpan(name, {
    kind: KINDS[kind],
    ...(attributes === undefined ? {} : { attributes }),
    ...(links === undefined ? {} : { links: [...links] }),
  });

/** Marks a span as failed by the kind of error alone: a foreign error's message may quote a row. */
export const failSpan = (span: Span, error: unknown): void => {
  const kind = error instanceof ChartsealError ? error.kind : 'internal';
  span.setAttribute('error.type', kind);
  span.setStatus({ code: SpanStatusCode.ERROR });
};

/** Runs what a span is about. Spans that begin meanwhile are its children, and events made meanwhile carry it. */
export const withSpan = <T>(span: Span, work: () => T): T => context.with(trace.setSpan(context.active(), span), work);

export const inSpan = async <T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> => {
  const span = startSpan(name, options);
  try {
    return await withSpan(span, work);
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
};

/** What runs now; undefined where nothing is traced. */
export const activeSpan = (): SpanContext | undefined => {
  const active = trace.getActiveSpan()?.spanContext();
  return active !== undefined && isSpanContextValid(active) ? active : undefined;
};
