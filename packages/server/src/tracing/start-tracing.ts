import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';

export type TracingOptions = {
  readonly service: string;
  readonly version: string;
  /** Base of an OTLP/HTTP collector, without `/v1/traces`; undefined: nothing is traced, and no SDK is started. */
  readonly endpoint: string | undefined;
};

/** For one attempt to send, its repeats included: a collector that is away must not hold up a process that ends. */
const sendTimeoutMs = 1500;

/**
 * Starts tracing for the whole process, to be called in `main` before anything else. Spans are made by hand, with closed words alone: nothing is
 * instrumented by itself, since that would take down SQL parameters and URLs. Disposing of it sends what is left, for 3 s at most.
 */
export const startTracing = ({ service, version, endpoint }: TracingOptions): AsyncDisposable => {
  if (endpoint === undefined) return { [Symbol.asyncDispose]: async () => undefined };
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: sendTimeoutMs,
  });
  return install({ service, version }, new BatchSpanProcessor({ exporter, exportTimeoutMillis: sendTimeoutMs }));
};

/** For tests: what ended since. */
export const traceInMemory = (service: string): AsyncDisposable & { spans(): readonly ReadableSpan[] } => {
  const exporter = new InMemorySpanExporter();
  const tracing = install({ service, version: '0' }, new SimpleSpanProcessor({ exporter }));
  return { spans: () => exporter.getFinishedSpans(), [Symbol.asyncDispose]: () => tracing[Symbol.asyncDispose]() };
};

const install = (
  { service, version }: Pick<TracingOptions, 'service' | 'version'>,
  processor: BatchSpanProcessor | SimpleSpanProcessor,
): AsyncDisposable => {
  const resource = resourceFromAttributes({ 'service.name': `chartseal-${service}`, 'service.version': version });
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    [Symbol.asyncDispose]: async () => {
      trace.disable();
      context.disable();
      // Sends what is left.
      await provider.shutdown().catch(() => undefined);
    },
  };
};
