import type { BundleLink } from '../release/bundle.ts';
import { holderOf, type PageContext, type PageWords } from './page.ts';
import type { Cursor } from './page-token.ts';
import type { Parameters } from './parameters.ts';

/** `self`, in the requester's own words but for what was ignored, and `next` if there is more. */
export const pageLinks = async <Place extends Cursor>(
  { tokens, principal, interaction, fhirBaseUrl }: PageContext,
  page: Pick<PageWords<Place>, 'words' | 'asked'>,
  next: Place | undefined,
): Promise<readonly [BundleLink, ...BundleLink[]]> => {
  const url = interaction === '' ? fhirBaseUrl : `${fhirBaseUrl}/${interaction}`;
  const self: BundleLink = { relation: 'self', url: withQuery(url, page.words) };
  if (next === undefined) return [self];
  const token = await tokens.seal(holderOf(principal), { interaction, parameters: page.asked, after: next });
  return [self, { relation: 'next', url: `${url}?_page=${token}` }];
};

export const withQuery = (url: string, parameters: Parameters): string => {
  const query = new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value])).toString();
  return query === '' ? url : `${url}?${query}`;
};
