/** https://hl7.org/fhir/R4/search.html#_sort: a server may leave it out, and many that do say nothing. */
import type { UpstreamCheckpoint } from '@chartseal/ports';
import type { SearchParams } from 'fhir-kit-client';
import type { Page, UpstreamResource } from '../client/page.ts';
import type { UpstreamClient } from '../client/upstream-client.ts';
import { isUpstreamError } from '../client/upstream-error.ts';

export type Order = NonNullable<UpstreamCheckpoint['order']>;

export const instant = (ms: number): string => new Date(ms).toISOString();

/** Times of its records, as instants to the millisecond; undefined for one that has none. */
export const timesOf = ({ resources }: Pick<Page, 'resources'>): readonly (string | undefined)[] =>
  resources.map(({ meta }: UpstreamResource) => {
    const time = (meta as { readonly lastUpdated?: unknown } | null | undefined)?.lastUpdated;
    return typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? instant(Date.parse(time)) : undefined;
  });

/** Whether all have a time, none before the one that came before it. */
export const isAscending = (times: readonly (string | undefined)[], before = ''): boolean =>
  // Instants of one form: their order as text is that of time.
  times.every((time, at) => time !== undefined && time >= (times[at - 1] ?? before));

const newestFirst = (from: SearchParams): SearchParams => ({ ...from, _count: 1, _sort: '-_lastUpdated' });

/**
 * What the first page of several shows of the order. That it ascends proves nothing: ids may be given in the order of time, until one is updated. So the
 * newest is asked for: who sorts answers with another record, none older than those.
 * @param from the restriction that the page was asked for with
 */
export const findOrder = async (
  client: UpstreamClient,
  resourceType: string,
  page: Page,
  from: SearchParams,
  signal: AbortSignal,
): Promise<Order> => {
  const times = timesOf(page);
  if (!isAscending(times)) return 'as-given';
  try {
    const [newest] = timesOf(await client.search(resourceType, newestFirst(from), signal));
    const [first, last] = [times[0], times.at(-1)];
    const isSorted = [newest, first, last].every((time) => time !== undefined) && isAscending([first, last, newest]);
    return isSorted && first !== newest ? 'by-last-updated' : 'as-given';
  } catch (error) {
    if (isUpstreamError(error, 'refused')) return 'as-given';
    throw error;
  }
};
