import type { CompactConcept } from './compact-terminology.ts';
import { officialTerminology } from './official-terminology.ts';

const codeOf = (concept: CompactConcept): string => (typeof concept === 'string' ? concept : concept[0]);

const expanded = new Map<string, ReadonlySet<string>>();

/**
 * Every `system|code` of an official value set, abstract codes included; undefined if it is none, or cannot be listed from the
 * definitions alone. The version after `|` does not count: there is one of each.
 */
export const expandValueSet = (canonical: string): ReadonlySet<string> | undefined => {
  const url = canonical.split('|')[0] ?? '';
  const known = expanded.get(url);
  if (known !== undefined) return known;
  const { codeSystems, valueSets } = officialTerminology();
  const systems = valueSets.get(url);
  if (systems === undefined) return undefined;
  const tokens = new Set(
    Object.entries(systems).flatMap(([system, codes]) =>
      (codes ?? codeSystems.get(system)?.map(codeOf) ?? []).map((code) => `${system}|${code}`),
    ),
  );
  expanded.set(url, tokens);
  return tokens;
};
