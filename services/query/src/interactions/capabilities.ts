/** https://hl7.org/fhir/R4/http.html#capabilities: what works here, and nothing else. */
import { indexedCodes, resourceTypes, searchParameter } from '@chartseal/fhir';
import type { QueryDependencies } from '../dependencies.ts';
import { publicAnswer, type Answer } from '../release/answer.ts';
import { nothingOffered, type Offered } from './offered.ts';

const reads = ['read', 'vread', 'history-instance', 'search-type'];

export const capabilityStatement = (deps: QueryDependencies, beside: Offered = nothingOffered): Answer =>
  publicAnswer({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(deps.clock.wallMs()).toISOString(),
    kind: 'instance',
    software: { name: 'Chartseal' },
    implementation: { description: 'Chartseal FHIR gateway', url: deps.fhirBaseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        security: {
          cors: false,
          service: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' },
              ],
            },
          ],
          description: 'SMART Backend Services. Another organisation reads what the patient consents to.',
        },
        resource: [...resourceTypes].map((type) => resourceCapability(type, beside)),
        ...(beside.system.length === 0 ? {} : { interaction: beside.system.map((code) => ({ code })) }),
      },
    ],
  });

const resourceCapability = (type: string, beside: Offered): object => {
  const operation = [
    { name: 'proof', definition: 'urn:chartseal:fhir:OperationDefinition:proof' },
    ...(type === 'Patient'
      ? [{ name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }]
      : []),
    ...beside.operations
      .filter(({ on }) => on === 'resource' || on === type)
      .map(({ name, definition }) => ({ name, definition })),
  ];
  return {
    type,
    interaction: [...reads, ...beside.type].map((code) => ({ code })),
    versioning: 'versioned',
    readHistory: true,
    ...(beside.type.includes('update') ? { updateCreate: true } : {}),
    ...(beside.conditionalCreate === 'offered' ? { conditionalCreate: true } : {}),
    ...(beside.conditionalUpdate === 'offered' ? { conditionalUpdate: true } : {}),
    ...(beside.conditionalDelete === 'not-supported' ? {} : { conditionalDelete: beside.conditionalDelete }),
    searchParam: searchParameters(type),
    operation,
  };
};

const searchParameters = (type: string): readonly object[] =>
  ['_id', '_lastUpdated', ...indexedCodes].flatMap((name) => {
    const parameter = searchParameter(type, name);
    return parameter === undefined ? [] : [{ name, type: parameter.type }];
  });
