import type { Principal } from '@chartseal/server';
import type { Parameters } from '../paging/parameters.ts';
import type { Handling } from '../paging/page-request.ts';

/** What is asked, apart from how it came: by HTTP or as an entry of a batch. All texts are the client's, untrusted. */
export type Interaction =
  | { readonly kind: 'read'; readonly resourceType: string; readonly id: string }
  | { readonly kind: 'vread'; readonly resourceType: string; readonly id: string; readonly version: string }
  | {
      readonly kind: 'history-instance';
      readonly resourceType: string;
      readonly id: string;
      readonly parameters: Parameters;
    }
  | {
      readonly kind: 'search-type';
      readonly resourceType: string;
      readonly parameters: Parameters;
      readonly handling: Handling;
    }
  | { readonly kind: 'everything'; readonly id: string; readonly parameters: Parameters }
  | { readonly kind: 'proof'; readonly resourceType: string; readonly id: string; readonly parameters: Parameters }
  | { readonly kind: 'record-by-handle'; readonly handle: string };

export type ReadRequest = {
  readonly principal: Principal;
  readonly interaction: Interaction;
  /** Goes into the audit. */
  readonly requestId: string | undefined;
};
