/**
 * What this service offers below `/fhir`, once: the router is built of it, and the CapabilityStatement, which the query service tells, has
 * a copy that test/conformance compares.
 */
import type { Method } from '@chartseal/server';

/** https://hl7.org/fhir/R4/http.html */
export type WrittenInteraction =
  | 'batch and transaction'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'conditional update'
  | 'conditional patch'
  | 'conditional delete';

export type IngestRoute = {
  readonly method: Exclude<Method, 'get'>;
  /** Below the FHIR base. */
  readonly template: string;
} & (
  | { readonly kind: 'interaction'; readonly interaction: WrittenInteraction }
  | { readonly kind: 'operation'; readonly operation: string; readonly definition: string }
);

export const ingestRoutes = [
  { kind: 'interaction', method: 'post', template: '/', interaction: 'batch and transaction' },
  { kind: 'interaction', method: 'post', template: '/:resourceType', interaction: 'create' },
  { kind: 'interaction', method: 'put', template: '/:resourceType', interaction: 'conditional update' },
  { kind: 'interaction', method: 'patch', template: '/:resourceType', interaction: 'conditional patch' },
  { kind: 'interaction', method: 'delete', template: '/:resourceType', interaction: 'conditional delete' },
  { kind: 'interaction', method: 'put', template: '/:resourceType/:id', interaction: 'update' },
  { kind: 'interaction', method: 'patch', template: '/:resourceType/:id', interaction: 'patch' },
  { kind: 'interaction', method: 'delete', template: '/:resourceType/:id', interaction: 'delete' },
  {
    kind: 'operation',
    method: 'post',
    template: '/:resourceType/$validate',
    operation: 'validate',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  },
  {
    kind: 'operation',
    method: 'post',
    template: '/:resourceType/:id/$validate',
    operation: 'validate',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  },
  {
    kind: 'operation',
    method: 'post',
    template: '/:resourceType/:id/$meta-add',
    operation: 'meta-add',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-add',
  },
  {
    kind: 'operation',
    method: 'post',
    template: '/:resourceType/:id/$meta-delete',
    operation: 'meta-delete',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-delete',
  },
  {
    kind: 'operation',
    method: 'post',
    template: '/:resourceType/:id/$erase',
    operation: 'erase',
    definition: 'urn:chartseal:fhir:OperationDefinition:erase',
  },
] as const satisfies readonly IngestRoute[];
