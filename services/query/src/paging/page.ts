import { breakGlass } from '@chartseal/consent';
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { Parameters } from './parameters.ts';
import type { Cursor, PageTokens } from './page-token.ts';

/** `Prefer: handling=` (https://hl7.org/fhir/R4/search.html#errors). */
export type Handling = 'strict' | 'lenient';

export type PageContext = {
  readonly principal: Principal;
  /** Names the request that a page link may continue: its path below the base. */
  readonly interaction: string;
  readonly tokens: PageTokens;
  readonly fhirBaseUrl: string;
};

/** A request that answers in pages, and which page of it. */
export type PageWords<Place extends Cursor> = {
  /** As the requester wrote it on this request. */
  readonly words: Parameters;
  /** As it was asked for on the first page. */
  readonly asked: Parameters;
  readonly after: Place | undefined;
  readonly handling: Handling;
};

/** Entries on a page; R4 lets a server give fewer than `_count` asks for. */
const defaultCount = 50;
const maximumCount = 1000;

export const pageSize = (count: number | undefined): number => Math.min(count ?? defaultCount, maximumCount);

/** Whom a page link is given to. One of an emergency names a patient in the words that it continues (B13), one of another purpose need not. */
export const holderOf = ({ clientId, purpose }: Principal): string =>
  purpose === breakGlass ? `${clientId} ${purpose}` : clientId;

/** Looks nothing up. @throws ChartsealError `malformed` for a page link that is not this client's or has expired */
export const pageWords = async <Place extends Cursor>(
  { tokens, principal, interaction }: PageContext,
  words: Parameters,
  handling: Handling,
): Promise<PageWords<Place>> => {
  const token = words.find(([name]) => name === '_page')?.[1];
  if (token === undefined) return { words, asked: words, after: undefined, handling };
  if (
    words.some(([name]) => !['_page', '_format', '_pretty'].includes(name)) ||
    words.filter(([name]) => name === '_page').length > 1
  ) {
    const diagnostics = 'a page link has no other parameters beside it';
    const issues = [{ code: 'value', expression: '_page', diagnostics } as const];
    throw new ChartsealError('malformed', 'a parameter cannot be read', { issues });
  }
  const { parameters, after } = await tokens.open<Place>(holderOf(principal), interaction, token);
  return { words, asked: parameters, after, handling };
};
