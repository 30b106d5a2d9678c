import type { Principal } from '@chartseal/server';
import type { Handling } from '../paging/page.ts';
import type { Parameters } from '../paging/parameters.ts';
import type { ProofForm } from './proof.ts';
import type { ReadForm } from './read.ts';
import type { SearchScope } from './search/search-scope.ts';

/** A type, or undefined for the whole system. */
type Extent = { readonly resourceType: string | undefined };
type Worded = { readonly parameters: Parameters; readonly handling: Handling };

/** What is asked, apart from how it came: by HTTP or as an entry of a batch. All texts are the client's, untrusted. */
export type Interaction =
  | {
      readonly kind: 'read';
      readonly resourceType: string;
      readonly id: string;
      readonly form: ReadForm;
      readonly parameters: Parameters;
    }
  | {
      readonly kind: 'vread';
      readonly resourceType: string;
      readonly id: string;
      readonly version: string;
      readonly form: ReadForm;
      readonly parameters: Parameters;
    }
  | ({ readonly kind: 'history-instance'; readonly resourceType: string; readonly id: string } & Worded)
  | ({ readonly kind: 'history' } & Extent & Worded)
  | ({ readonly kind: 'search'; readonly scope: SearchScope } & Worded)
  | ({ readonly kind: 'everything'; readonly id: string } & Worded)
  | ({ readonly kind: 'everything-of-all' } & Worded)
  | ({ readonly kind: 'lastn' } & Worded)
  | { readonly kind: 'match'; readonly body: string }
  | { readonly kind: 'meta'; readonly resourceType: string; readonly id: string; readonly parameters: Parameters }
  | ({ readonly kind: 'meta-of-all'; readonly parameters: Parameters } & Extent)
  | { readonly kind: 'accounting'; readonly id: string; readonly parameters: Parameters; readonly form: 'fhir' | 'csv' }
  | { readonly kind: 'explain'; readonly body: string }
  | {
      readonly kind: 'proof';
      readonly resourceType: string;
      readonly id: string;
      readonly parameters: Parameters;
      readonly form: ProofForm;
    }
  | { readonly kind: 'record-by-handle'; readonly handle: string }
  | { readonly kind: 'decision-receipt'; readonly handle: string };

export type ReadRequest = {
  readonly principal: Principal;
  readonly interaction: Interaction;
  /** Goes into the audit. */
  readonly requestId: string | undefined;
};
