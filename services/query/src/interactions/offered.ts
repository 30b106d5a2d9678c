/** What a service adds to the CapabilityStatement of the base that it shares. */
export type Offered = {
  /** Of every resource type, https://hl7.org/fhir/R4/valueset-type-restful-interaction.html. */
  readonly type: readonly string[];
  /** Of the whole system, https://hl7.org/fhir/R4/valueset-system-restful-interaction.html. */
  readonly system: readonly string[];
  readonly operations: readonly OfferedOperation[];
  readonly conditionalCreate: 'offered' | 'not-offered';
  readonly conditionalUpdate: 'offered' | 'not-offered';
  /** https://hl7.org/fhir/R4/valueset-conditional-delete-status.html */
  readonly conditionalDelete: 'not-supported' | 'single' | 'multiple';
};

export type OfferedOperation = {
  readonly name: string;
  /** Canonical URL of the OperationDefinition. */
  readonly definition: string;
  /** Where it is listed: `system`, `resource` (every type), or one type. */
  readonly on: string;
};

export const nothingOffered: Offered = {
  type: [],
  system: [],
  operations: [],
  conditionalCreate: 'not-offered',
  conditionalUpdate: 'not-offered',
  conditionalDelete: 'not-supported',
};
