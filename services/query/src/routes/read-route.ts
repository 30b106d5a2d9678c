import type { Interaction } from '../interactions/interaction.ts';
import type { Handling } from '../paging/page.ts';
import type { Parameters } from '../paging/parameters.ts';

/** What came with a request for a route, by HTTP or as an entry of a batch. Untrusted. */
export type RouteRequest = {
  /** A parameter of the template. */
  readonly path: (name: string) => string;
  readonly query: Parameters;
  /** Empty where none came. */
  readonly body: string;
  readonly handling: Handling;
  /** https://hl7.org/fhir/R4/binary.html#rest: whether FHIR JSON was asked for in so many words; or another form, by who named no JSON. */
  readonly accepts: 'fhir' | 'csv' | 'cose' | 'anything';
};

/** What a route is in the words of the CapabilityStatement. */
export type Declared =
  /** Of every type; of one where its template names it. */
  | { readonly as: 'type'; readonly code: 'read' | 'vread' | 'history-instance' | 'history-type' | 'search-type' }
  | { readonly as: 'system'; readonly code: 'history-system' | 'search-system' }
  /** `on` as in OfferedOperation. */
  | { readonly as: 'operation'; readonly name: string; readonly definition: string; readonly on: string }
  | { readonly as: 'compartment' }
  /** The gateway's own, of which FHIR has no word. */
  | { readonly as: 'unlisted' };

export type ReadRoute = {
  readonly method: 'get' | 'post';
  /** `/:resourceType/:id/_history`; literal segments but for those with a colon. */
  readonly template: string;
  readonly declared: Declared;
  /** Of a POST: a form, or a resource (Parameters) in JSON. */
  readonly body?: 'form' | 'resource';
  /** Media types, if not FHIR's. `native`: whatever the record says that it is. */
  readonly produces?: 'native' | readonly string[];
  /** Whether an entry of a batch may ask for it. */
  readonly batch: 'offered' | 'not-offered';
  readonly interactionOf: (request: RouteRequest) => Interaction;
};
