/** The codes of value sets that the definitions enumerate. Those that need a terminology server have none here. */

/** `codes` for elements of type code, `tokens` (`system|code`) for Coding and CodeableConcept. */
export type CodeSet = { readonly codes: ReadonlySet<string>; readonly tokens: ReadonlySet<string> };

type Concept = { readonly code: string; readonly concept?: readonly Concept[] };
export type CodeSystem = {
  readonly resourceType: 'CodeSystem';
  readonly url?: string;
  readonly content?: string;
  readonly concept?: readonly Concept[];
};
type Include = {
  readonly system?: string;
  readonly concept?: readonly Concept[];
  readonly filter?: readonly unknown[];
  readonly valueSet?: readonly string[];
};
export type ValueSet = {
  readonly resourceType: 'ValueSet';
  readonly url?: string;
  readonly compose?: { readonly include?: readonly Include[]; readonly exclude?: readonly Include[] };
};

const flatten = (concepts: readonly Concept[]): string[] =>
  concepts.flatMap(({ code, concept }) => [code, ...flatten(concept ?? [])]);

export class Terminology {
  private readonly systems = new Map<string, CodeSystem>();
  private readonly valueSets = new Map<string, ValueSet>();
  private readonly expanded = new Map<string, CodeSet | undefined>();

  constructor(resources: Iterable<CodeSystem | ValueSet>) {
    for (const resource of resources) {
      if (resource.url === undefined) continue;
      if (resource.resourceType === 'CodeSystem') this.systems.set(resource.url, resource);
      else this.valueSets.set(resource.url, resource);
    }
  }

  /** Undefined if the definitions do not list every code of the value set. */
  expand(canonical: string): CodeSet | undefined {
    const url = canonical.split('|')[0] ?? '';
    if (!this.expanded.has(url)) {
      const tokens = this.tokensOf(url);
      const codes = tokens?.map((token) => token.slice(token.lastIndexOf('|') + 1));
      this.expanded.set(url, tokens && { codes: new Set(codes), tokens: new Set(tokens) });
    }
    return this.expanded.get(url);
  }

  private tokensOf(url: string): string[] | undefined {
    const compose = this.valueSets.get(url)?.compose;
    if (compose?.include === undefined || compose.exclude !== undefined) return undefined;
    const tokens: string[] = [];
    for (const include of compose.include) {
      const included = this.included(include);
      if (included === undefined) return undefined;
      tokens.push(...included);
    }
    return tokens;
  }

  private included({ system, concept, filter, valueSet }: Include): string[] | undefined {
    if (filter !== undefined) return undefined;
    if (system === undefined) {
      // Several value sets in one include mean their intersection: R4 does not use it where a binding is required.
      return valueSet?.length === 1 ? this.tokensOf((valueSet[0] ?? '').split('|')[0] ?? '') : undefined;
    }
    if (valueSet !== undefined) return undefined;
    const defined = this.systems.get(system);
    const concepts = concept ?? (defined?.content === 'complete' ? defined.concept : undefined);
    return concepts && flatten(concepts).map((code) => `${system}|${code}`);
  }
}
