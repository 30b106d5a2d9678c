import type { Offered } from '@chartseal/service-query';

/** What ingest and consent add to what the CapabilityStatement of the reads tells. */
export const writes: Offered = {
  type: ['create', 'update', 'delete'],
  system: ['batch', 'transaction'],
  patientOperations: ['enroll', 'freeze', 'unfreeze'].map((name) => ({
    name,
    definition: `urn:chartseal:fhir:OperationDefinition:${name}`,
  })),
  conditionalCreate: 'offered',
};
