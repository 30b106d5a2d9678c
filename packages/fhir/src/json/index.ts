/** Lossless JSON and canonical bytes alone: no definitions, and nothing that a browser lacks. */
export { canonicalBytes, canonicalJson } from './canonical.ts';
export { JsonError, type JsonErrorCode } from './json-error.ts';
export { NumberSpelling } from './number-spelling.ts';
export { defaultJsonLimits, parseJson, parseJsonBytes } from './parse.ts';
export type { JsonLimits, JsonValue, ParsedJson } from './parse.ts';
