/**
 * One reading of a type from where the last one ended, page by page.
 *
 * Where the upstream sorts by time, a page is followed by a query for the second of its last record and what came after, not by its `next` link, as
 * soon as the second is another: with pages that are places in a list, a record that is changed meanwhile goes to the end, all after it move up, and one falls
 * between two pages. Only within one second links are followed. Where it does not sort, links are all there is.
 */
import type { UpstreamCheckpoint, UpstreamPass } from '@chartseal/ports';
import type { SearchParams } from 'fhir-kit-client';
import type { Received } from '../client/page.ts';
import type { DatedPage, UpstreamClient } from '../client/upstream-client.ts';
import { isUpstreamError, UpstreamError } from '../client/upstream-error.ts';
import type { Held, PullDependencies } from './dependencies.ts';
import { findOrder, instant, isAscending, type Order, timesOf } from './order.ts';
import { take } from './take.ts';

/** `undecided`: sorting is asked for, and nothing was seen yet that shows whether it is done. */
type Asked = {
  readonly page: DatedPage;
  readonly order: Order | 'undecided';
  readonly pass: Omit<UpstreamPass, 'startedAt'>;
};

const earlier = (one: string, other: string): string => (Date.parse(one) < Date.parse(other) ? one : other);
const later = (one: string | undefined, other: string): string =>
  one !== undefined && Date.parse(one) > Date.parse(other) ? one : other;
const secondOf = (time: string | undefined): number =>
  time === undefined ? Number.NEGATIVE_INFINITY : Math.floor(Date.parse(time) / 1000);

const since = (from: string | undefined): SearchParams => (from === undefined ? {} : { _lastUpdated: `ge${from}` });

const query = ({ settings }: PullDependencies, order: Asked['order'], from: string | undefined): SearchParams => ({
  _count: settings.pageSize,
  ...(order === 'as-given' ? {} : { _sort: '_lastUpdated' }),
  ...since(from),
});

const beginning = ({ settings, clock }: PullDependencies, { since }: UpstreamCheckpoint): Asked['pass'] => ({
  beganAtMs: clock.wallMs(),
  ...(since === undefined ? {} : { from: instant(Date.parse(since) - settings.overlapMs) }),
});

/** A link to a page may have ended with the upstream's own search: then the query is asked anew. */
const ask = async (
  dependencies: PullDependencies,
  { resourceType, checkpoint }: Held,
  signal: AbortSignal,
): Promise<Asked> => {
  const { client } = dependencies;
  const { order = 'undecided' } = checkpoint;
  const { next, ...pass }: Asked['pass'] = checkpoint.pass ?? beginning(dependencies, checkpoint);
  if (next !== undefined) {
    try {
      const page = await client.follow(resourceType, next, signal);
      if (page.next === next) throw new UpstreamError('protocol', 'the upstream’s next page is the same again');
      return { page, order, pass: { ...pass, next } };
    } catch (error) {
      if (!isUpstreamError(error, 'gone', 'refused')) throw error;
    }
  }
  try {
    const page = await client.search(resourceType, query(dependencies, order, pass.from), signal);
    if (order !== 'undecided' || page.next === undefined) return { page, order, pass };
    return { page, order: await findOrder(client, resourceType, page, since(pass.from), signal), pass };
  } catch (error) {
    if (!isUpstreamError(error, 'refused') || order !== 'undecided') throw error;
    // It may be the sorting that it will not do.
    const page = await client.search(resourceType, query(dependencies, 'as-given', pass.from), signal);
    return { page, order: 'as-given', pass };
  }
};

/** Where to go on after a page. */
type After = { readonly state: 'more' | 'complete'; readonly checkpoint: UpstreamCheckpoint };

const completed = (checkpoint: UpstreamCheckpoint, pass: UpstreamPass, { page, order }: Asked): After => {
  const { pass: _, ...before } = checkpoint;
  const { since, deletionsSince = pass.startedAt } = before;
  const read = order === 'as-given' ? pass.startedAt : later(since, pass.high ?? since ?? pass.startedAt);
  return {
    state: 'complete',
    checkpoint: {
      ...before,
      ...(order === 'undecided' ? {} : { order }),
      // A record may be dated in the future: what is written until then would be older.
      since: earlier(read, instant(page.askedAtMs)),
      deletionsSince,
      completeAtMs: pass.beganAtMs,
    },
  };
};

const after = (checkpoint: UpstreamCheckpoint, asked: Asked): After => {
  const { page, order, pass } = asked;
  const times = timesOf(page);
  if (order === 'by-last-updated' && !isAscending(times, pass.next === undefined ? undefined : pass.high)) {
    // It has relied on an order that is none: all of it again.
    const { pass: begun, ...rest } = checkpoint;
    const { deletionsSince = begun?.startedAt ?? instant(page.askedAtMs) } = rest;
    return { state: 'more', checkpoint: { ...rest, order: 'as-given', deletionsSince } };
  }
  const high = times.reduce<string | undefined>(
    (most, time) => (time === undefined ? most : later(most, time)),
    pass.high,
  );
  const { next: _, from, ...began } = pass;
  const startedAt = checkpoint.pass?.startedAt ?? instant(page.askedAtMs);
  const read: UpstreamPass = { ...began, startedAt, ...(high === undefined ? {} : { high }) };
  const sameQuery = from === undefined ? read : { ...read, from };
  if (page.next === undefined) return completed(checkpoint, read, asked);
  if (order === 'by-last-updated' && high !== undefined && secondOf(high) > secondOf(from))
    return {
      state: 'more',
      checkpoint: { ...checkpoint, order, pass: { ...read, from: instant(secondOf(high) * 1000) } },
    };
  const shown = order === 'undecided' ? {} : { order };
  return { state: 'more', checkpoint: { ...checkpoint, ...shown, pass: { ...sameQuery, next: page.next } } };
};

/** Of a page that cannot be read as a whole each record by itself, so that one keeps no other back. */
const receivedOf = async (
  client: UpstreamClient,
  resourceType: string,
  { resources, numbers }: DatedPage,
  signal: AbortSignal,
): Promise<readonly Received[]> => {
  if (numbers !== undefined) return resources.map((resource) => ({ resource, numbers }));
  const received: Received[] = [];
  for (const { id } of resources) {
    const one = typeof id === 'string' ? await client.read(resourceType, id, signal) : undefined;
    if (one !== undefined) received.push(one);
  }
  return received;
};

/** One page: taken, and saved together with where to go on. */
export const takePage = async (
  dependencies: PullDependencies,
  held: Held,
  signal: AbortSignal,
): Promise<{ readonly held: Held; readonly state: After['state'] }> => {
  const { client, checkpoints } = dependencies;
  const { resourceType } = held;
  const asked = await ask(dependencies, held, signal);
  // Before they are sealed, which dates them anew, in place.
  const { state, checkpoint: now } = after(held.checkpoint, asked);
  const checkpoint: UpstreamCheckpoint = asked.page.resources.length === 0 ? now : { ...now, holds: 'records' };
  const taken = await take(dependencies, resourceType, await receivedOf(client, resourceType, asked.page, signal));
  const step = { upstream: client.baseUrl, resourceType, from: held.revision, checkpoint, ...taken };
  return { held: { resourceType, checkpoint, revision: await checkpoints.advance(step) }, state };
};
