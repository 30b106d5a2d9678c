import type { Offered, OfferedOperation } from './offered.ts';

const ofConsent: readonly OfferedOperation[] = ['enroll', 'freeze', 'unfreeze'].map((name) => ({
  name,
  definition: `urn:chartseal:fhir:OperationDefinition:${name}`,
  on: 'Patient',
}));

const ofIngest: readonly OfferedOperation[] = ['validate', 'meta-add', 'meta-delete'].map((name) => ({
  name,
  definition: `http://hl7.org/fhir/OperationDefinition/Resource-${name}`,
  on: 'resource',
}));

const ofErasure: OfferedOperation = {
  name: 'erase',
  definition: 'urn:chartseal:fhir:OperationDefinition:erase',
  on: 'resource',
};

const ofImport: OfferedOperation = {
  name: 'import',
  definition: 'urn:chartseal:fhir:OperationDefinition:import',
  on: 'system',
};

/** What ingest and consent offer at the same base, for the CapabilityStatement. test/conformance holds it against their routes. */
export const offeredBeside: Offered = {
  type: ['create', 'update', 'patch', 'delete'],
  system: ['batch', 'transaction'],
  operations: [...ofConsent, ...ofIngest, ofErasure, ofImport],
  conditionalCreate: 'offered',
  conditionalUpdate: 'offered',
  conditionalDelete: 'single',
};
