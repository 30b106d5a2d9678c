import { foldText } from '@chartseal/fhir';
import type { IndexEntry, ValueEntry } from '@chartseal/fhir';
import type { LogName, RecordKey, SealedVersion } from '@chartseal/ports';
import { composedFiling, plainFiling } from './address.ts';
import type { Address, Filing } from './address.ts';
import { cleanText, headOf } from './clean-text.ts';
import { decimalText } from './decimal.ts';
import { Facets } from './facets.ts';
import * as terms from './terms.ts';

export type Term = { readonly term: Uint8Array; readonly qualifier: Uint8Array };
export type DateRow = Address & { readonly start: number; readonly end: number };
/** `whole`: where it is longer than what `value` holds of it. */
export type StringRow = Address & {
  readonly value: string;
  readonly whole: string | null;
  readonly exact: Uint8Array | null;
};
export type NumberRow = Address & {
  readonly low: string;
  readonly high: string;
  readonly units: readonly Uint8Array[] | null;
};
export type TokenRow = Address & { readonly value: Uint8Array; readonly system: Uint8Array };

/** What a version is found by. `facets`: a JSON object, migrations/0010-search-index.ts. */
export type IndexRows = {
  readonly terms: readonly Term[];
  readonly dates: readonly DateRow[];
  readonly strings: readonly StringRow[];
  readonly numbers: readonly NumberRow[];
  readonly tokens: readonly TokenRow[];
  readonly facets: string;
};

/** What the index is made from. */
export type Indexed = Pick<SealedVersion, 'index' | 'patients' | 'references'>;

const latin1 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1');

const plain = (term: Uint8Array): Term => ({ term, qualifier: terms.noQualifier });

class Rows {
  readonly terms = new Map<string, Term>();
  readonly dates: DateRow[] = [];
  readonly strings: StringRow[] = [];
  readonly numbers: NumberRow[] = [];
  readonly tokens: TokenRow[] = [];
  readonly facets = new Facets();
  readonly #type: string;
  #parts = 0;

  constructor(type: string) {
    this.#type = type;
  }

  addTerm(term: Term): void {
    this.terms.set(latin1(term.term) + latin1(term.qualifier), term);
  }

  /** To nobody else is told of what lies in the access log (RecordStore law 13). */
  addSubject(patient: string, share: 'sole' | 'shared', log: LogName): void {
    if (log === 'access') return;
    this.addTerm(plain(terms.compartmentTerm(patient)));
    const qualifier = share === 'sole' ? terms.noQualifier : terms.sharedQualifier;
    this.facets.subject(patient);
    this.addTerm({ term: terms.subjectTerm(this.#type, patient), qualifier });
  }

  add(entry: IndexEntry): void {
    if (entry.kind === 'present') this.facets.present(entry.code);
    else if (entry.kind === 'sort') this.facets.sort(entry.code, entry.lowest, entry.highest);
    else if (entry.kind === 'composite') this.#addComposite(entry.components);
    else this.#addPlain(entry);
  }

  #addPlain(entry: ValueEntry): void {
    const { code } = entry;
    if (entry.kind === 'reference') {
      this.facets.references(code, entry.targetType, entry.targetId);
      this.addTerm({
        term: terms.referenceTerm(this.#type, code, entry.targetId),
        qualifier: terms.typeQualifier(entry.targetType),
      });
    } else if (entry.kind === 'reference-url') this.addTerm(plain(terms.urlTerm(this.#type, code, entry.url)));
    else if (entry.kind === 'token') {
      const { system, value } = entry;
      this.addTerm({ term: terms.tokenTerm(this.#type, code, value), qualifier: terms.systemQualifier(system) });
      if (system !== null) this.addTerm(plain(terms.tokenSystemTerm(this.#type, code, system)));
    } else this.#addRow(entry, plainFiling(this.#type, code));
  }

  /** Its first component, a token, is in the address of the others' rows. */
  #addComposite([first = [], ...others]: readonly (readonly ValueEntry[])[]): void {
    const part = this.#parts;
    this.#parts += 1;
    for (const token of first)
      if (token.kind === 'token')
        for (const entry of others.flat()) this.#addRow(entry, composedFiling(this.#type, entry.code, token, part));
  }

  #addRow(entry: ValueEntry, file: Filing): void {
    switch (entry.kind) {
      case 'date':
        this.dates.push({ ...file('date'), start: entry.start, end: entry.end });
        break;
      case 'string': {
        const text = bounded(cleanText(foldText(entry.value)));
        this.strings.push({ ...file('string'), ...text, exact: terms.exactDigest(entry.value) });
        break;
      }
      case 'uri':
        this.strings.push({ ...file('uri'), ...bounded(cleanText(entry.value)), exact: null });
        break;
      case 'number':
        this.numbers.push({ ...file('number'), ...bounds(entry), units: null });
        break;
      case 'quantity':
        this.numbers.push({ ...file('quantity'), ...bounds(entry), units: unitsOf(entry) });
        if (entry.canonical !== null)
          this.numbers.push({ ...file('canonical', entry.canonical.unit), ...bounds(entry.canonical), units: null });
        break;
      case 'token':
      case 'reference':
      case 'reference-url':
        this.tokens.push(tokenRow(entry, file));
        break;
    }
  }
}

const bounded = (text: string): Pick<StringRow, 'value' | 'whole'> => {
  const value = headOf(text);
  return { value, whole: value === text ? null : text };
};

const bounds = ({ low, high }: { low: string | null; high: string | null }): { low: string; high: string } => ({
  low: decimalText(low, '-Infinity'),
  high: decimalText(high, 'Infinity'),
});

const unitsOf = ({ system, unitCode, unit }: Extract<ValueEntry, { kind: 'quantity' }>): readonly Uint8Array[] => [
  ...[...new Set([unit, unitCode].filter((text) => text !== null))].map((text) => terms.unitDigest(text)),
  ...(system === null || unitCode === null ? [] : [terms.codedUnitDigest(system, unitCode)]),
];

type TokenLike = Extract<ValueEntry, { kind: 'token' | 'reference' | 'reference-url' }>;

const tokenRow = (entry: TokenLike, file: Filing): TokenRow => {
  if (entry.kind === 'token')
    return { ...file('token'), value: terms.valueDigest(entry.value), system: terms.systemQualifier(entry.system) };
  if (entry.kind === 'reference-url')
    return { ...file('url'), value: terms.valueDigest(entry.url), system: terms.noQualifier };
  const { targetType, targetId } = entry;
  return { ...file('reference'), value: terms.valueDigest(targetId), system: terms.typeQualifier(targetType) };
};

/** The index rows of a version. A Patient lies in its own compartment. */
export function indexRowsOf(
  { resourceType, id }: RecordKey,
  log: LogName,
  { index, patients, references }: Indexed,
): IndexRows {
  const rows = new Rows(resourceType);
  for (const entry of index) rows.add(entry);
  const subjects = new Set(resourceType === 'Patient' ? [...patients, id] : patients);
  for (const patient of subjects) rows.addSubject(patient, subjects.size === 1 ? 'sole' : 'shared', log);
  // Whoever asks for a record makes one more entry of the access log that references it.
  if (log === 'records') for (const key of references) rows.addTerm(plain(terms.referrerTerm(key)));
  const { dates, strings, numbers, tokens } = rows;
  return { terms: [...rows.terms.values()], dates, strings, numbers, tokens, facets: rows.facets.toString() };
}
