export { inBatchSpan } from './batch.ts';
export type { SpanContext } from '@opentelemetry/api';
export { activeSpan, failSpan, inSpan, startSpan, withSpan, type SpanOptions } from './span.ts';
export { startTracing, traceInMemory, type TracingOptions } from './start-tracing.ts';
export { tracedRecords } from './traced-records.ts';
export { spanOf, traceHeaders } from './trace-headers.ts';
