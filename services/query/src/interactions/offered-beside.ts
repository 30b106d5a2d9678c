import type { Offered } from './capabilities.ts';

/** What ingest and consent offer at the same base, for the CapabilityStatement. */
export const offeredBeside: Offered = {
  type: ['create', 'update', 'delete'],
  system: ['batch', 'transaction'],
  patientOperations: ['enroll', 'freeze', 'unfreeze'].map((name) => ({
    name,
    definition: `urn:chartseal:fhir:OperationDefinition:${name}`,
  })),
  conditionalCreate: 'offered',
};
