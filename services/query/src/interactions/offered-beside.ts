import type { Offered } from './offered.ts';

/** What ingest and consent offer at the same base, for the CapabilityStatement. */
export const offeredBeside: Offered = {
  type: ['create', 'update', 'delete'],
  system: ['batch', 'transaction'],
  operations: ['enroll', 'freeze', 'unfreeze'].map((name) => ({
    name,
    definition: `urn:chartseal:fhir:OperationDefinition:${name}`,
    on: 'Patient',
  })),
  conditionalCreate: 'offered',
  conditionalUpdate: 'not-offered',
  conditionalDelete: 'not-supported',
};
