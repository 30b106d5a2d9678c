/**
 * The accounting of disclosures that a person may ask for (45 CFR 164.528). It leaves out nothing that left: that of treatment and payment need not be
 * told, and is.
 */
import { ChartsealError, type SearchCursor } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';
import type { OwnNames } from '../release/own-access.ts';
import { accessEntries } from './access-entries.ts';
import { disclosureOf, type Disclosure } from './disclosure.ts';

/**
 * All that went to one recipient for one purpose (164.528(b)(3)): the first time, the last, and how often. An emergency is told by itself, by its
 * reason.
 */
export type AccountedDisclosure = Omit<Disclosure, 'at'> & {
  readonly first: string;
  readonly last: string;
  readonly count: number;
};

export type Accounting = {
  /** FHIR instants; `until` is excluded. */
  readonly from: string;
  readonly until: string;
  readonly disclosures: readonly AccountedDisclosure[];
};

/** Milliseconds since the epoch; `until` is excluded. */
export type Period = { readonly from: number; readonly until: number };

const atOnce = 250;
/** Entries of the log that one accounting goes through. */
const most = 200_000;

export const accountingOf = async (
  deps: Pick<QueryDependencies, 'records' | 'fhirBaseUrl' | 'clock' | 'organization'>,
  own: OwnNames,
  period: Period,
): Promise<Accounting> => {
  const [from, until] = [period.from, period.until].map((at) => new Date(at).toISOString());
  // Each is asked of every access; nothing was written in the future.
  const dates = [`ge${from ?? ''}`, ...(period.until > deps.clock.wallMs() ? [] : [`lt${until ?? ''}`])];
  const found = new Map<string, AccountedDisclosure>();
  let after: SearchCursor | undefined;
  for (let looked = 0; looked < most; looked += atOnce) {
    const { entries, next } = await accessEntries(deps, own, { dates, after, limit: atOnce });
    for (const { text } of entries) add(found, disclosureOf(text, deps.organization));
    if (next === undefined) {
      const disclosures = [...found.values()].toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
      return { from: from ?? '', until: until ?? '', disclosures };
    }
    after = next;
  }
  const diagnostics = 'too many accesses for one accounting: ask for a part of the time with from and to';
  throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'too-costly', diagnostics }] });
};

const add = (found: Map<string, AccountedDisclosure>, disclosure: Disclosure | undefined): void => {
  if (disclosure === undefined) return;
  const { at, types, consents, ...of } = disclosure;
  const name = JSON.stringify([of.recipient, of.purpose, of.emergency]);
  const known = found.get(name);
  if (known === undefined) {
    found.set(name, { ...of, types, consents: [...new Set(consents)], first: at, last: at, count: 1 });
    return;
  }
  const counted = new Map(known.types);
  for (const [type, count] of types) counted.set(type, (counted.get(type) ?? 0) + count);
  found.set(name, {
    ...known,
    types: counted,
    consents: [...new Set([...known.consents, ...consents])],
    first: at < known.first ? at : known.first,
    last: at > known.last ? at : known.last,
    count: known.count + 1,
  });
};
