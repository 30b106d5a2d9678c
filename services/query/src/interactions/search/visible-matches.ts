/**
 * C3 and C8: what another organisation finds depends on nothing that it may not read. The store finds candidates on everything that is
 * kept. Here each that is permitted is matched again, on the text that is released of it, and each chain and reverse chain needs a
 * witness that is itself permitted, matched on its released text too.
 */
import {
  extractIndex,
  matchesQuery,
  parseJson,
  type IndexEntry,
  type SearchableRecord,
  type SearchCondition,
  type SearchQuery,
} from '@chartseal/fhir';
import { ChartsealError, type RecordKey, type SearchCursor } from '@chartseal/ports';
import { amongCandidates } from '../../decide/candidate-patients.ts';
import type { Decisions } from '../../decide/decisions.ts';
import { keyOf } from '../../decide/examined-content.ts';
import type { QueryDependencies } from '../../dependencies.ts';
import type { Admits, PermittedEntry } from '../../paging/permitted-page.ts';
import { isResource } from '../../json-object.ts';
import { Recent } from '../../recent.ts';
import type { Released } from '../../release/released.ts';

/** Records looked at as witnesses for one answer, the withheld included. */
const witnessesPerAnswer = 20_000;
const decidedAtOnce = 50;
/** With their texts. */
const rememberedTargets = 500;

/** What is visible, and the Patients whose record it is shown as a part of. */
type Visible = { readonly released: Released; readonly patients: readonly string[]; readonly record: SearchableRecord };

type Relation = Extract<SearchCondition, { readonly kind: 'chain' | 'has' }>;

/** Whether a condition looks beyond the record itself. */
const isRelated = (condition: SearchCondition): boolean => {
  if (condition.kind === 'not') return isRelated(condition.condition);
  if (condition.kind === 'any') return condition.of.some(isRelated);
  return condition.kind === 'chain' || condition.kind === 'has';
};

class VisibleMatches {
  readonly #deps: QueryDependencies;
  readonly #decisions: Decisions;
  /** Per condition, per record and the patients that it is shown for. Requests repeat their conditions over many records. */
  readonly #known = new Map<Relation, Map<string, Promise<boolean>>>();
  readonly #targets = new Recent<Promise<Visible | undefined>>(rememberedTargets);
  #looked = 0;

  constructor(deps: QueryDependencies, decisions: Decisions) {
    this.#deps = deps;
    this.#decisions = decisions;
  }

  /** `found` as the store matched it: only what that cannot have seen is looked at again. */
  async admits(queries: readonly SearchQuery[], { released, decision }: PermittedEntry): Promise<boolean> {
    const own = queries.filter(({ resourceType }) => resourceType === released.version.resourceType);
    const looksFurther = own.some(({ conditions }) => conditions.some(isRelated));
    if (released.form === 'whole' && !looksFurther) return true;
    return this.matches(own, released, decision.patients);
  }

  async matches(queries: readonly SearchQuery[], released: Released, patients: readonly string[]): Promise<boolean> {
    const visible = this.#visible(released, patients);
    for (const query of queries) if (await this.#satisfies(visible, query)) return true;
    return false;
  }

  #visible(released: Released, patients: readonly string[]): Visible {
    const { version, text } = released;
    const { value } = parseJson(text);
    const index: IndexEntry[] = isResource(value) ? extractIndex(value, this.#deps.fhirBaseUrl) : [];
    const { resourceType, id, lastUpdated } = version;
    return { released, patients, record: { resourceType, id, lastUpdated: Date.parse(lastUpdated), index } };
  }

  async #satisfies(visible: Visible, query: SearchQuery): Promise<boolean> {
    if (query.resourceType !== visible.record.resourceType) return false;
    // What needs no look elsewhere comes first.
    const conditions = query.conditions.toSorted((one, other) => Number(isRelated(one)) - Number(isRelated(other)));
    for (const condition of conditions) if (!(await this.#holds(visible, condition))) return false;
    return true;
  }

  async #holds(visible: Visible, condition: SearchCondition): Promise<boolean> {
    if (condition.kind === 'not') return !(await this.#holds(visible, condition.condition));
    if (condition.kind === 'any') {
      for (const one of condition.of) if (await this.#holds(visible, one)) return true;
      return false;
    }
    if (condition.kind === 'chain' || condition.kind === 'has') return this.#remembered(visible, condition);
    const { record } = visible;
    return matchesQuery({ resourceType: record.resourceType, conditions: [condition] }, record);
  }

  #remembered(visible: Visible, condition: Relation): Promise<boolean> {
    const byRecord = this.#known.get(condition) ?? new Map<string, Promise<boolean>>();
    this.#known.set(condition, byRecord);
    const name = JSON.stringify([keyOf(visible.record), visible.patients]);
    const known = byRecord.get(name);
    if (known !== undefined) return known;
    const held = condition.kind === 'chain' ? this.#chained(visible, condition) : this.#reverse(visible, condition);
    byRecord.set(name, held);
    return held;
  }

  async #chained(visible: Visible, { code, of }: Extract<Relation, { kind: 'chain' }>): Promise<boolean> {
    const types = new Set(of.map(({ resourceType }) => resourceType));
    for (const key of targetsOf(visible.record.index, code)) {
      const witness = types.has(key.resourceType) ? await this.#target(key, visible.patients) : undefined;
      if (witness === undefined) continue;
      for (const query of of) if (await this.#satisfies(witness, query)) return true;
    }
    return false;
  }

  /** What a visible record references: decided as it would be beside that record. Many records reference the same. */
  #target(key: RecordKey, patients: readonly string[]): Promise<Visible | undefined> {
    const name = JSON.stringify([keyOf(key), patients]);
    return this.#targets.of(name, async () => this.#visibleTarget(key, patients));
  }

  async #visibleTarget(key: RecordKey, patients: readonly string[]): Promise<Visible | undefined> {
    this.#count(1);
    const version = await this.#deps.records.read(key);
    if (version?.state !== 'content') return undefined;
    const examined = await this.#decisions.referenced(version, patients);
    if (examined.effect === 'deny') return undefined;
    const its = examined.decision.patients;
    return this.#visible(examined.released, its.length === 0 ? patients : its);
  }

  async #reverse({ record }: Visible, { code, of }: Extract<Relation, { kind: 'has' }>): Promise<boolean> {
    const { resourceType: targetType, id: targetId } = record;
    const back: SearchCondition = { kind: 'reference', code, anyOf: [{ match: 'resource', targetType, targetId }] };
    const query: SearchQuery = { ...of, conditions: [back, ...of.conditions] };
    const wanted = { ...amongCandidates(await this.#decisions.candidates()), limit: decidedAtOnce };
    let after: SearchCursor | undefined;
    for (;;) {
      const options = after === undefined ? wanted : { ...wanted, after };
      const { versions } = await this.#deps.records.search(query, options);
      this.#count(versions.length);
      for (const examined of await this.#decisions.examine(versions)) {
        if (examined.effect === 'deny') continue;
        const witness = this.#visible(examined.released, examined.decision.patients);
        if (await this.#satisfies(witness, query)) return true;
      }
      if (versions.length < decidedAtOnce) return false;
      after = versions.at(-1)?.cursor;
    }
  }

  /** A search that is cut short would say how much there is: it is refused instead. */
  #count(looked: number): void {
    this.#looked += looked;
    if (this.#looked <= witnessesPerAnswer) return;
    const diagnostics = 'the chained search goes through too many records: say more of what is searched';
    throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'too-costly', diagnostics }] });
  }
}

/** What a record references by that parameter, each once. */
const targetsOf = (index: readonly IndexEntry[], code: string): readonly RecordKey[] => {
  const found = new Map<string, RecordKey>();
  for (const entry of index) {
    if (entry.kind !== 'reference' || entry.code !== code) continue;
    const key = { resourceType: entry.targetType, id: entry.targetId };
    found.set(keyOf(key), key);
  }
  return [...found.values()];
};

/** For the own organisation the store has matched already. Lives for one answer. */
export const visibleMatches = (
  deps: QueryDependencies,
  decisions: Decisions,
  queries: readonly SearchQuery[],
): Admits => {
  if (decisions.principal.kind === 'own') return async () => true;
  const matches = new VisibleMatches(deps, decisions);
  return async (entry) => matches.admits(queries, entry);
};

/** Whether what is shown of something for these Patients is a match, of whatever the store knows nothing of. */
export const shownMatches = (
  deps: QueryDependencies,
  decisions: Decisions,
  queries: readonly SearchQuery[],
): ((released: Released, patients: readonly string[]) => Promise<boolean>) => {
  const matches = new VisibleMatches(deps, decisions);
  return async (released, patients) => matches.matches(queries, released, patients);
};
