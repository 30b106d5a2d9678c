import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, SimpleSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';

export type TracingOptions = {
  readonly service: string;
  readonly version: string;
  /** Base of an OTLP/HTTP collector, without `/v1/traces`; undefined: nothing is traced, and no SDK is started. */
  readonly endpoint: string | undefined;
};

const flushTimeoutMs = 3000;

/**
 * Starts tracing for the whole process, to be called in `main` before anything else. Spans are made by hand, with closed words alone: nothing is
 * instrumented by itself, since that would take down SQL parameters and URLs. Disposing of it sends what is left, for 3 s at most.
 */
export const startTracing = ({ service, version, endpoint }: TracingOptions): AsyncDisposable => {
  if (endpoint === undefined) return { [Symbol.asyncDispose]: async () => undefined };
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  return install({ service, version }, new BatchSpanProcessor({ exporter }));
};

/** For tests: each span goes to the exporter as it ends. */
export const traceInto = (exporter: SpanExporter, service = 'test'): AsyncDisposable =>
  install({ service, version: '0' }, new SimpleSpanProcessor({ exporter }));

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
      await provider.forceFlush({ timeoutMillis: flushTimeoutMs }).catch(() => undefined);
      trace.disable();
      context.disable();
      await provider.shutdown().catch(() => undefined);
    },
  };
};
