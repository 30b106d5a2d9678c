/** https://hl7.org/fhir/R4/search.html#revinclude: what is shown beside the matches. Each is decided like anything else. */
import {
  extractIndex,
  parseJson,
  searchParametersOf,
  type IncludeRule,
  type IndexEntry,
  type SearchCondition,
  type SearchQuery,
} from '@chartseal/fhir';
import type { RecordKey, SearchCursor, StoredVersion } from '@chartseal/ports';
import { permits } from '@chartseal/server';
import { amongCandidates } from '../../decide/candidate-patients.ts';
import type { Decisions } from '../../decide/decisions.ts';
import { keyOf } from '../../decide/examined-content.ts';
import type { QueryDependencies } from '../../dependencies.ts';
import type { PermittedEntry } from '../../paging/permitted-page.ts';
import { isResource } from '../../json-object.ts';
import { provenanceOf } from '../../provenance/provenance-of.ts';
import type { Permit } from '../../release/decision.ts';
import type { Released } from '../../release/released.ts';

/** Resources that one page includes. What is withheld does not count, or the cut would tell of it. */
const includedPerPage = 1000;
/** How often `:iterate` goes on from what it found. */
const iterations = 10;
const decidedAtOnce = 100;
const provedAtOnce = 20;

export type Included = { readonly entries: readonly PermittedEntry[]; readonly shown: 'all' | 'cut' };

/** Something shown, with the Patients whose record it is shown as a part of. */
type Source = { readonly released: Released; readonly patients: readonly string[] };

type Wanted = { readonly version: StoredVersion; readonly patients: readonly string[] };

class Inclusion {
  readonly #deps: QueryDependencies;
  readonly #decisions: Decisions;
  /** Shown, or found withheld: not to be decided again. */
  readonly #seen: Set<string>;
  readonly #entries: PermittedEntry[] = [];

  constructor(deps: QueryDependencies, decisions: Decisions, matches: readonly PermittedEntry[]) {
    this.#deps = deps;
    this.#decisions = decisions;
    this.#seen = new Set(matches.map(({ released }) => keyOf(released.version)));
  }

  get isFull(): boolean {
    return this.#entries.length > includedPerPage;
  }

  get entries(): readonly PermittedEntry[] {
    return this.#entries.slice(0, includedPerPage);
  }

  /**
   * The Provenance of each version that matched, where a rule asks for those that have it as their target: of what stands on the ledger and was shown
   * whole (docs/adr/0038). What is shown only beside a match has no proof for who is shown it so.
   */
  async provenances(rules: readonly IncludeRule[], matches: readonly PermittedEntry[]): Promise<void> {
    if (!this.#isInScope('Provenance')) return;
    const asked = matches.filter(({ released: { version } }) => {
      const isReadable = permits(this.#decisions.principal.scopes, version.resourceType, 'r');
      return isReadable && rules.some((rule) => followsTo(rule, version.resourceType));
    });
    for (let start = 0; start < asked.length && !this.isFull; start += provedAtOnce) {
      const chunk = asked.slice(start, start + provedAtOnce);
      const made = await Promise.all(chunk.map(async (entry) => this.#provenance(entry)));
      this.#entries.push(...made.filter((entry) => entry !== undefined));
    }
  }

  async #provenance(entry: PermittedEntry): Promise<PermittedEntry | undefined> {
    const released = await provenanceOf(this.#deps, entry.released);
    return released && { ...entry, released };
  }

  /** @returns what is new */
  async follow(rule: IncludeRule, sources: readonly Source[]): Promise<readonly Source[]> {
    return rule.kind === 'include' ? this.#targets(rule, sources) : this.#referrers(rule, sources);
  }

  async #targets(rule: IncludeRule, sources: readonly Source[]): Promise<readonly Source[]> {
    const patientsOf = new Map<string, { readonly key: RecordKey; readonly patients: Set<string> }>();
    for (const source of sources) {
      if (rule.resourceType !== undefined && rule.resourceType !== source.released.version.resourceType) continue;
      for (const key of referencedBy(source.released, rule, this.#deps.fhirBaseUrl)) {
        if (this.#seen.has(keyOf(key)) || !this.#isInScope(key.resourceType)) continue;
        const known = patientsOf.get(keyOf(key)) ?? { key, patients: new Set() };
        for (const patient of source.patients) known.patients.add(patient);
        patientsOf.set(keyOf(key), known);
      }
    }
    if (patientsOf.size === 0) return [];
    const versions = await this.#deps.records.readMany([...patientsOf.values()].map(({ key }) => key));
    // In the order of the references, whatever order the store answers in.
    const stored = new Map(versions.map((version) => [keyOf(version), version]));
    const wanted = [...patientsOf].flatMap(([name, { patients }]) => {
      const version = stored.get(name);
      return version === undefined ? [] : [{ version, patients: [...patients] }];
    });
    return this.#show(wanted);
  }

  async #referrers(rule: IncludeRule, sources: readonly Source[]): Promise<readonly Source[]> {
    const { resourceType, targetType } = rule;
    if (resourceType === undefined || !this.#isInScope(resourceType)) return [];
    const keys = sources
      .map(({ released }) => released.version)
      .filter((version) => targetType === undefined || version.resourceType === targetType);
    if (keys.length === 0) return [];
    const anyOf = keys.map((key) => ({ match: 'resource', targetType: key.resourceType, targetId: key.id }) as const);
    const of: SearchCondition[] = referenceCodes(rule).map((code) => ({ kind: 'reference', code, anyOf }));
    const query: SearchQuery = { resourceType, conditions: [{ kind: 'any', of }] };
    const wanted = { ...amongCandidates(await this.#decisions.candidates()), limit: decidedAtOnce };
    const found: Source[] = [];
    let after: SearchCursor | undefined;
    for (;;) {
      const options = after === undefined ? wanted : { ...wanted, after };
      const page = await this.#deps.records.search(query, options);
      const fresh = page.versions.filter((version) => !this.#seen.has(keyOf(version)));
      found.push(...(await this.#show(fresh.map((version) => ({ version, patients: [] })))));
      if (this.isFull || page.versions.length < decidedAtOnce) return found;
      after = page.versions.at(-1)?.cursor;
    }
  }

  /** Until the page is full. `patients`: of those that reference it; none: decided by itself. */
  async #show(wanted: readonly Wanted[]): Promise<readonly Source[]> {
    const found: Source[] = [];
    for (let start = 0; start < wanted.length && !this.isFull; start += decidedAtOnce) {
      const chunk = wanted.slice(start, start + decidedAtOnce);
      for (const { version } of chunk) this.#seen.add(keyOf(version));
      const current = chunk.filter(({ version }) => version.state === 'content');
      const decided = await Promise.all(
        current.map(async ({ version, patients }) => {
          const examined = await this.#decisions.referenced(version, patients);
          return { examined, patients };
        }),
      );
      for (const { examined, patients } of decided) {
        if (examined.effect === 'deny') continue;
        this.#entries.push(examined);
        const its = examined.decision.patients;
        found.push({ released: examined.released, patients: its.length === 0 ? patients : its });
      }
    }
    return found;
  }

  #isInScope(resourceType: string): boolean {
    const { scopes } = this.#decisions.principal;
    return permits(scopes, resourceType, 'r') || permits(scopes, resourceType, 's');
  }
}

/** Whether a rule looks for Provenances that have a record of that type as their target. */
const followsTo = ({ kind, resourceType, code, targetType }: IncludeRule, target: string): boolean =>
  kind === 'revinclude' &&
  resourceType === 'Provenance' &&
  (code === 'target' || code === '*' || (code === 'patient' && target === 'Patient')) &&
  (targetType === undefined || targetType === target);

/** The parameters that a rule follows: one, or each reference of the type. */
const referenceCodes = ({ resourceType, code }: IncludeRule): readonly string[] => {
  if (code !== '*' || resourceType === undefined) return [code];
  return searchParametersOf(resourceType)
    .filter(({ type }) => type === 'reference')
    .map((parameter) => parameter.code);
};

const referencedBy = ({ version, text }: Released, rule: IncludeRule, baseUrl: string): readonly RecordKey[] => {
  const { value } = parseJson(text);
  if (!isResource(value)) return [];
  const { resourceType } = version;
  const codes = new Set(referenceCodes({ ...rule, resourceType }));
  const isFollowed = (entry: IndexEntry): entry is Extract<IndexEntry, { kind: 'reference' }> =>
    entry.kind === 'reference' &&
    codes.has(entry.code) &&
    (rule.targetType === undefined || entry.targetType === rule.targetType);
  return extractIndex(value, baseUrl)
    .filter(isFollowed)
    .map(({ targetType, targetId }) => ({ resourceType: targetType, id: targetId }));
};

const sourceOf = ({ released, decision }: { released: Released; decision: Permit }): Source => ({
  released,
  patients: decision.patients,
});

/** Follows the rules from the matches, and those with `:iterate` from whatever they found, each resource once. */
export const includedWith = async (
  deps: QueryDependencies,
  decisions: Decisions,
  matches: readonly PermittedEntry[],
  rules: readonly IncludeRule[],
): Promise<Included> => {
  const inclusion = new Inclusion(deps, decisions, matches);
  await inclusion.provenances(rules, matches);
  let sources = matches.map(sourceOf);
  for (let round = 0; round < iterations && sources.length > 0 && !inclusion.isFull; round += 1) {
    const found: Source[] = [];
    for (const rule of rules) {
      if (round > 0 && rule.iterate === 'once') continue;
      found.push(...(await inclusion.follow(rule, sources)));
    }
    sources = found;
  }
  return { entries: inclusion.entries, shown: inclusion.isFull || sources.length > 0 ? 'cut' : 'all' };
};
