/** The code systems and value sets of R4's own definitions, read when a search first asks for one. */
import { readFileSync } from 'node:fs';
import type { CompactTerminology } from './compact-terminology.ts';

export const terminologyFile = new URL('official-terminology.json', import.meta.url);

/** No URL is a member of Object.prototype, but a stranger's search may say so: hence maps. */
export type OfficialTerminology = {
  readonly codeSystems: ReadonlyMap<string, CompactTerminology['codeSystems'][string]>;
  readonly valueSets: ReadonlyMap<string, CompactTerminology['valueSets'][string]>;
};

let loaded: OfficialTerminology | undefined;

export const officialTerminology = (): OfficialTerminology => {
  if (loaded !== undefined) return loaded;
  const { codeSystems, valueSets } = JSON.parse(readFileSync(terminologyFile, 'utf8')) as CompactTerminology;
  loaded = { codeSystems: new Map(Object.entries(codeSystems)), valueSets: new Map(Object.entries(valueSets)) };
  return loaded;
};
