import type { JsonValue } from '@chartseal/fhir';

export type JsonObject = { [member: string]: JsonValue };

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isResource = (value: JsonValue | undefined): value is JsonObject & { resourceType: string } =>
  isJsonObject(value) && typeof value.resourceType === 'string';
