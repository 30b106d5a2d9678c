import { parseReference, rewriting, visitReferences } from '@chartseal/fhir';
import type { RecordKey } from '@chartseal/ports';
import { matchCondition, parseCondition, type Condition, type Find } from '../condition.ts';
import { refusal, type IncomingResource } from '../intake.ts';
import type { InBundle } from './in-bundle.ts';

/** A place that names another entry by its fullUrl. */
type EntrySite = { readonly fullUrl: string; readonly write: (reference: string) => void };
/** A place that names a stored record by a search (R4 http.html#trules, conditional references). */
export type Search = { readonly condition: Condition; readonly expression: string };
type SearchSite = Search & { readonly write: (reference: string) => void };

export type ReferenceSites = { readonly entries: readonly EntrySite[]; readonly searches: readonly SearchSite[] };

/**
 * Finds every reference of an entry's resource that a transaction resolves. What was found can be written again and again: a
 * plan may run more than once, with other ids.
 * @throws ChartsealError `invalid` for a `urn:` that no entry has
 */
export const findReferenceSites = (
  resource: IncomingResource,
  expression: string,
  fullUrl: string | undefined,
  { fullUrls, baseUrl, now }: { fullUrls: ReadonlySet<string>; baseUrl: string; now: number },
): ReferenceSites => {
  const entries: EntrySite[] = [];
  const searches: SearchSite[] = [];
  if (rewriting(resource).may === 'keep') return { entries, searches };
  visitReferences(resource, ({ kind, container, key, value }) => {
    const write = (reference: string): void => {
      (container as Record<string | number, unknown>)[key] = reference;
    };
    const reference = parseReference(value, baseUrl);
    const named = nameIn(value, fullUrl, { fullUrls, baseUrl });
    if (named !== undefined) entries.push({ fullUrl: named, write });
    else if (kind === 'reference' && reference.kind === 'conditional') {
      searches.push({
        condition: parseCondition(reference.type, reference.query, expression, { baseUrl, now }),
        expression,
        write,
      });
    } else if (kind === 'reference' && reference.kind === 'urn') {
      throw refusal('invalid', {
        code: 'not-found',
        expression,
        diagnostics: 'it refers to a fullUrl that no entry of this Bundle has',
      });
    }
  });
  return { entries, searches };
};

/**
 * The fullUrl by which a reference in an entry names another entry, if it does. A relative one is relative to the entry's own base, and
 * to ours where the entry has none.
 */
export const nameIn = (
  value: string,
  fullUrl: string | undefined,
  { fullUrls, baseUrl }: { fullUrls: ReadonlySet<string>; baseUrl: string },
): string | undefined => {
  if (fullUrls.has(value)) return value;
  const reference = parseReference(value, baseUrl);
  if (reference.kind !== 'relative' && reference.kind !== 'local-absolute') return undefined;
  // It names a version that is there already, not what this Bundle makes of the record.
  if (reference.version !== undefined) return undefined;
  const base = reference.kind === 'relative' ? (restBase(fullUrl) ?? baseUrl) : baseUrl;
  const named = `${base}/${reference.type}/${reference.id}`;
  return fullUrls.has(named) ? named : undefined;
};

/** What relative references in an entry are relative to (R4 bundle.html#references). */
const restBase = (fullUrl: string | undefined): string | undefined =>
  /^(https?:\/\/.+)\/[A-Z][A-Za-z]+\/[^/]+$/.exec(fullUrl ?? '')?.[1];

/**
 * R4 http.html#trules: after the writes, so what this transaction writes is looked at as it will be.
 * @returns references, by the name of the condition that each stands for
 * @throws ChartsealError `precondition-failed` unless exactly one record matches each search
 */
export const resolveSearches = async (
  find: Find,
  searches: readonly Search[],
  written: readonly RecordKey[],
  inBundle: InBundle,
): Promise<ReadonlyMap<string, string>> => {
  const resolved = new Map<string, string>();
  for (const { condition, expression } of searches) {
    if (resolved.has(condition.name)) continue;
    const stored = await matchCondition(find, condition, written);
    const here = inBundle.matching(condition.query);
    const ids = [...(stored.kind === 'one' ? [stored.id] : []), ...here];
    const [id] = ids;
    if (id === undefined || ids.length > 1 || stored.kind === 'many') {
      const code = ids.length === 0 && stored.kind === 'none' ? 'not-found' : 'multiple-matches';
      throw refusal('precondition-failed', {
        code,
        expression,
        diagnostics: 'a conditional reference must match exactly one record',
      });
    }
    resolved.set(condition.name, `${condition.resourceType}/${id}`);
  }
  return resolved;
};
