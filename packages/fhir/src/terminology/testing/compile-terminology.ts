/** official-terminology.json, made anew from R4's definitions. */
import { readDefinitions } from '../../definitions/official-files.ts';
import type { CompactConcept, CompactTerminology } from '../compact-terminology.ts';
import { type CodeSystem, flatConcepts, hierarchyOf } from './code-systems.ts';
import { Composer, type ValueSet } from './compose.ts';

const compactSystem = (system: CodeSystem): readonly CompactConcept[] =>
  [...hierarchyOf(system)].map(([code, above]) => (above.size === 0 ? code : [code, ...above]));

const bySystem = (
  tokens: ReadonlySet<string>,
  systems: ReadonlyMap<string, CodeSystem>,
): Record<string, readonly string[] | null> => {
  const grouped = Map.groupBy(tokens, (token) => token.slice(0, token.lastIndexOf('|')));
  return Object.fromEntries(
    [...grouped].map(([system, found]) => {
      const whole = new Set(flatConcepts(systems.get(system)?.concept).map(({ code }) => code));
      const all = systems.has(system) && whole.size === found.length;
      return [system, all ? null : found.map((token) => token.slice(system.length + 1))];
    }),
  );
};

export const compileTerminology = (): CompactTerminology => {
  const all = ['valuesets', 'v3-codesystems', 'v2-tables'].flatMap((file) =>
    readDefinitions<CodeSystem | ValueSet>(file),
  );
  const systems = new Map<string, CodeSystem>();
  const valueSets = new Map<string, ValueSet>();
  for (const one of all) {
    if (one.resourceType === 'ValueSet') valueSets.set(one.url, one);
    else if (one.content === 'complete') systems.set(one.url, one);
  }
  const composer = new Composer(systems, valueSets);
  const expanded = [...valueSets.keys()].flatMap((url) => {
    const tokens = composer.expand(url);
    return tokens === undefined ? [] : [[url, bySystem(tokens, systems)] as const];
  });
  return {
    codeSystems: Object.fromEntries([...systems].map(([url, system]) => [url, compactSystem(system)])),
    valueSets: Object.fromEntries(expanded),
  };
};
