export { inBatchSpan } from './batch.ts';
export { activeTraceId, failSpan, inSpan, startSpan, withSpan, type SpanOptions } from './span.ts';
export { startTracing, traceInto, type TracingOptions } from './start-tracing.ts';
export { spanOf, traceHeaders } from './trace-headers.ts';
