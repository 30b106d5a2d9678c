import type { SearchCursor } from '@chartseal/ports';
import type { BundleLink } from '../release/bundle.ts';
import type { PageContext, PageRequest } from './page-request.ts';

export type Parameters = readonly (readonly [string, string])[];

/** `self`, in the requester's own words, and `next` if there is more. */
export const pageLinks = async (
  { tokens, principal, interaction, fhirBaseUrl }: PageContext,
  page: PageRequest,
  next: SearchCursor | undefined,
): Promise<readonly [BundleLink, ...BundleLink[]]> => {
  const url = `${fhirBaseUrl}/${interaction}`;
  const words = new URLSearchParams(page.words.map(([name, value]): [string, string] => [name, value])).toString();
  const self: BundleLink = { relation: 'self', url: words === '' ? url : `${url}?${words}` };
  if (next === undefined) return [self];
  const token = await tokens.seal(principal.clientId, { interaction, parameters: page.asked, after: next });
  return [self, { relation: 'next', url: `${url}?_page=${token}` }];
};
