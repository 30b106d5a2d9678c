/** https://hl7.org/fhir/R4/http.html#capabilities: what is routed here, what is offered beside it, and nothing else. */
import { compartmentTypes, resourceTypes, searchParametersOf, type SearchParameter } from '@chartseal/fhir';
import type { QueryDependencies } from '../dependencies.ts';
import { publicAnswer, type Answer } from '../release/answer.ts';
import type { Declared, ReadRoute } from '../routes/read-route.ts';
import { nothingOffered, type Offered, type OfferedOperation } from './offered.ts';

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

const declaredAs = <As extends Declared['as']>(
  routes: readonly ReadRoute[],
  as: As,
): readonly Extract<Declared, { as: As }>[] =>
  routes
    .map(({ declared }) => declared)
    .filter((declared): declared is Extract<Declared, { as: As }> => declared.as === as);

const listed = (operations: readonly OfferedOperation[], on: readonly string[]): readonly object[] => {
  const found = new Map(
    operations
      .filter((operation) => on.includes(operation.on))
      .map(({ name, definition }) => [name, { name, definition }]),
  );
  return [...found.values()];
};

const withOperations = (operations: readonly object[]): object =>
  operations.length === 0 ? {} : { operation: operations };

export const capabilityStatement = (
  deps: QueryDependencies,
  routes: readonly ReadRoute[],
  beside: Offered = nothingOffered,
): Answer => {
  const operations = [...declaredAs(routes, 'operation'), ...beside.operations];
  const system = [...declaredAs(routes, 'system').map(({ code }) => code), ...beside.system];
  const type = [...declaredAs(routes, 'type').map(({ code }) => code), ...beside.type];
  const shared: Shared = { interaction: distinct(type).map((code) => ({ code })), operations, beside };
  const referrers = referrersByTarget();
  return publicAnswer({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(deps.clock.wallMs()).toISOString(),
    kind: 'instance',
    software: { name: 'Chartseal' },
    implementation: { description: 'Chartseal FHIR gateway', url: deps.fhirBaseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    ...(type.includes('patch') ? { patchFormat: ['application/json-patch+json', 'application/fhir+json'] } : {}),
    rest: [
      {
        mode: 'server',
        documentation:
          'Unknown search parameters are refused unless the request says `Prefer: handling=lenient`. To another organisation no total is ' +
          'told, and chained parameters, includes and histories reach only what the patients let it read.',
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
        resource: resourceTypes.map((name) => resourceCapability(name, shared, referrers.get(name) ?? [])),
        interaction: distinct(system).map((code) => ({ code })),
        searchParam: ofEveryType().map(searchParam),
        ...withOperations(listed(operations, ['system'])),
        ...(declaredAs(routes, 'compartment').length === 0
          ? {}
          : { compartment: compartmentTypes.map(compartmentUrl) }),
      },
    ],
  });
};

const compartmentUrl = (name: string): string =>
  `http://hl7.org/fhir/CompartmentDefinition/${name.charAt(0).toLowerCase()}${name.slice(1)}`;

type Shared = {
  readonly interaction: readonly object[];
  readonly operations: readonly OfferedOperation[];
  readonly beside: Offered;
};

/** docs/adr/0038 */
const ofProvenance =
  'The gateway makes a Provenance of each version that is on the ledger, `anchor-…`, with the proof as its signature. It is read by its id and found, with all else that ' +
  'the search asks for, where a search of this type alone names its `target` (with `/_history/` of one version alone), its `patient`, or its `_id`, before those that are stored; ' +
  '`_sort` orders these. `_revinclude=Provenance:target` includes that of each version that matched. It has no history, and cannot be written.';

const resourceCapability = (
  type: string,
  { interaction, operations, beside }: Shared,
  searchRevInclude: readonly string[],
): object => {
  const parameters = searchParametersOf(type);
  const includes = parameters
    .filter((parameter) => parameter.type === 'reference')
    .map(({ code }) => `${type}:${code}`);
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(type === 'Provenance' ? { documentation: ofProvenance } : {}),
    interaction,
    versioning: 'versioned',
    readHistory: true,
    ...(beside.type.includes('update') ? { updateCreate: true } : {}),
    ...(beside.conditionalCreate === 'offered' ? { conditionalCreate: true } : {}),
    conditionalRead: 'full-support',
    ...(beside.conditionalUpdate === 'offered' ? { conditionalUpdate: true } : {}),
    ...(beside.conditionalDelete === 'not-supported' ? {} : { conditionalDelete: beside.conditionalDelete }),
    ...(includes.length === 0 ? {} : { searchInclude: ['*', ...includes] }),
    ...(searchRevInclude.length === 0 ? {} : { searchRevInclude }),
    searchParam: parameters.map(searchParam),
    ...withOperations(listed(operations, ['resource', type])),
  };
};

/** Parameters of every resource. */
const ofEveryType = (): readonly SearchParameter[] => [
  ...new Map(searchParametersOf('Resource').map((parameter) => [parameter.code, parameter])).values(),
];

const searchParam = ({ code, url, type, documentation }: SearchParameter): object => ({
  name: code,
  definition: url,
  type,
  documentation,
});

/** For each type the parameters of any type that may point to it. */
const referrersByTarget = (): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const type of resourceTypes) {
    for (const { code, type: kind, targets } of searchParametersOf(type)) {
      if (kind !== 'reference') continue;
      for (const target of targets) {
        const names = found.get(target) ?? [];
        names.push(`${type}:${code}`);
        found.set(target, names);
      }
    }
  }
  return found;
};
