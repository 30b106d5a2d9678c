/** Every path of the reading half of `/fhir`. The router, the batch and the CapabilityStatement are made of this table. */
import { compartmentTypes } from '@chartseal/fhir';
import { csv } from '../interactions/accounting.ts';
import { operationInput } from '../interactions/operation-body.ts';
import type { Interaction } from '../interactions/interaction.ts';
import type { SearchScope } from '../interactions/search/search-scope.ts';
import type { Parameters } from '../paging/parameters.ts';
import { coseMediaType } from '../release/cose-answer.ts';
import { proofMediaType } from '../release/proof-answer.ts';
import type { Declared, ReadRoute, RouteRequest } from './read-route.ts';

type InteractionOf = ReadRoute['interactionOf'];

const r4 = (name: string): string => `http://hl7.org/fhir/OperationDefinition/${name}`;
const operation = (name: string, definition: string, on: string): Declared => ({
  as: 'operation',
  name,
  definition,
  on,
});
const unlisted: Declared = { as: 'unlisted' };

const get = (template: string, declared: Declared, interactionOf: InteractionOf): ReadRoute => ({
  method: 'get',
  template,
  declared,
  batch: 'offered',
  interactionOf,
});

const record = ({ path }: RouteRequest): { resourceType: string; id: string } => ({
  resourceType: path('resourceType'),
  id: path('id'),
});

/** What the own organisation's other form of a request has in its body, beside the URL. */
const inputOf = ({ query, body }: RouteRequest): Parameters => [...query, ...operationInput(body).words];

/** An operation that changes nothing is asked for by GET and by POST (https://hl7.org/fhir/R4/operations.html#request). */
const operationRoutes = (template: string, declared: Declared, interactionOf: InteractionOf): readonly ReadRoute[] => [
  get(template, declared, interactionOf),
  { method: 'post', template, declared, body: 'resource', batch: 'not-offered', interactionOf },
];

/** https://hl7.org/fhir/R4/http.html#search: parameters may stand in the URL and in the body. */
const searchRoutes = (
  template: string,
  declared: Declared,
  scopeOf: (request: RouteRequest) => SearchScope,
): readonly ReadRoute[] => {
  const asked = (request: RouteRequest, parameters: Parameters): Interaction => {
    return { kind: 'search', scope: scopeOf(request), parameters, handling: request.handling };
  };
  return [
    {
      method: 'post',
      template: `${template === '/' ? '' : template}/_search`,
      declared,
      body: 'form',
      batch: 'not-offered',
      interactionOf: (request) => asked(request, [...request.query, ...new URLSearchParams(request.body)]),
    },
    get(template, declared, (request) => asked(request, request.query)),
  ];
};

const reads = (resourceType: string | undefined): readonly ReadRoute[] => {
  const at = `/${resourceType ?? ':resourceType'}/:id`;
  const keyOf = ({ path }: RouteRequest): { resourceType: string; id: string } => ({
    resourceType: resourceType ?? path('resourceType'),
    id: path('id'),
  });
  const formOf = ({ accepts }: RouteRequest): 'fhir' | 'native' =>
    resourceType === 'Binary' && accepts !== 'fhir' ? 'native' : 'fhir';
  const form = resourceType === 'Binary' ? ({ produces: 'native' } as const) : {};
  const vread = get(`${at}/_history/:version`, { as: 'type', code: 'vread' }, (request) => ({
    kind: 'vread',
    ...keyOf(request),
    version: request.path('version'),
    form: formOf(request),
    parameters: request.query,
  }));
  const read = get(at, { as: 'type', code: 'read' }, (request) => ({
    kind: 'read',
    ...keyOf(request),
    form: formOf(request),
    parameters: request.query,
  }));
  return [vread, read].map((route) => ({ ...route, ...form }));
};

const everythings: readonly ReadRoute[] = [
  ...operationRoutes(
    '/Patient/:id/$everything',
    operation('everything', r4('Patient-everything'), 'Patient'),
    (request) => ({
      kind: 'everything',
      id: request.path('id'),
      parameters: inputOf(request),
      handling: request.handling,
    }),
  ),
  ...operationRoutes(
    '/Patient/$everything',
    operation('everything', r4('Patient-everything'), 'Patient'),
    (request) => ({ kind: 'everything-of-all', parameters: inputOf(request), handling: request.handling }),
  ),
];

const metas: readonly ReadRoute[] = [
  ...operationRoutes('/$meta', operation('meta', r4('Resource-meta'), 'system'), (request) => ({
    kind: 'meta-of-all',
    resourceType: undefined,
    parameters: inputOf(request),
  })),
  ...operationRoutes('/:resourceType/$meta', operation('meta', r4('Resource-meta'), 'resource'), (request) => ({
    kind: 'meta-of-all',
    resourceType: request.path('resourceType'),
    parameters: inputOf(request),
  })),
  ...operationRoutes('/:resourceType/:id/$meta', operation('meta', r4('Resource-meta'), 'resource'), (request) => ({
    kind: 'meta',
    ...record(request),
    parameters: inputOf(request),
  })),
];

const histories: readonly ReadRoute[] = [
  get('/_history', { as: 'system', code: 'history-system' }, ({ query, handling }) => ({
    kind: 'history',
    resourceType: undefined,
    parameters: query,
    handling,
  })),
  get('/:resourceType/_history', { as: 'type', code: 'history-type' }, ({ path, query, handling }) => ({
    kind: 'history',
    resourceType: path('resourceType'),
    parameters: query,
    handling,
  })),
  get('/:resourceType/:id/_history', { as: 'type', code: 'history-instance' }, (request) => ({
    kind: 'history-instance',
    ...record(request),
    parameters: request.query,
    handling: request.handling,
  })),
];

/** The first whose method and template fit is the one. */
export const routeTable: readonly ReadRoute[] = [
  {
    ...get('/$record/:handle', unlisted, ({ path }) => ({ kind: 'record-by-handle', handle: path('handle') })),
    batch: 'not-offered',
  },
  {
    ...get('/$receipt/:handle', unlisted, ({ path }) => ({ kind: 'decision-receipt', handle: path('handle') })),
    produces: ['application/vnd.chartseal.decision+json'],
    batch: 'not-offered',
  },
  ...searchRoutes('/', { as: 'system', code: 'search-system' }, () => ({ level: 'system' })),
  ...everythings,
  {
    method: 'post',
    template: '/Patient/$match',
    declared: operation('match', r4('Patient-match'), 'Patient'),
    body: 'resource',
    batch: 'not-offered',
    interactionOf: ({ body }) => ({ kind: 'match', body }),
  },
  {
    ...get(
      '/Patient/:id/$accounting',
      operation('accounting', 'urn:chartseal:fhir:OperationDefinition:accounting', 'Patient'),
      ({ path, query, accepts }) => ({
        kind: 'accounting',
        id: path('id'),
        parameters: query,
        form: accepts === 'csv' ? 'csv' : 'fhir',
      }),
    ),
    produces: ['application/fhir+json', 'application/json', csv],
    batch: 'not-offered',
  },
  {
    method: 'post',
    template: '/Consent/$explain',
    declared: operation('explain', 'urn:chartseal:fhir:OperationDefinition:explain', 'Consent'),
    body: 'resource',
    batch: 'not-offered',
    interactionOf: ({ body }) => ({ kind: 'explain', body }),
  },
  ...operationRoutes('/Observation/$lastn', operation('lastn', r4('Observation-lastn'), 'Observation'), (request) => ({
    kind: 'lastn',
    parameters: inputOf(request),
    handling: request.handling,
  })),
  ...metas,
  ...histories,
  {
    ...get(
      '/:resourceType/:id/$proof',
      operation('proof', 'urn:chartseal:fhir:OperationDefinition:proof', 'resource'),
      (request) => ({
        kind: 'proof',
        ...record(request),
        parameters: request.query,
        form: request.accepts === 'cose' ? 'cose' : 'file',
      }),
    ),
    produces: [proofMediaType, 'application/json', coseMediaType],
    batch: 'not-offered',
  },
  ...searchRoutes('/:resourceType', { as: 'type', code: 'search-type' }, ({ path }) => ({
    level: 'type',
    resourceType: path('resourceType'),
  })),
  ...reads('Binary'),
  ...reads(undefined),
  ...compartmentTypes.flatMap((compartment) =>
    searchRoutes(`/${compartment}/:id/:resourceType`, { as: 'compartment' }, ({ path }) => ({
      level: 'compartment',
      compartment,
      id: path('id'),
      resourceType: path('resourceType'),
    })),
  ),
];
