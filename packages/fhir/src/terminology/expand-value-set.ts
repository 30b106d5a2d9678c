import { Terminology } from '../definitions/value-sets.ts';
import { ByUrl } from './official-terminology.ts';

const expansions = new ByUrl('ValueSet', (url, all) => new Terminology(all).expand(url)?.tokens);

/** Every `system|code` of an official value set; undefined if it is none, or cannot be listed from the definitions alone. */
export const expandValueSet = (canonical: string): ReadonlySet<string> | undefined =>
  expansions.get(canonical.split('|')[0] ?? '');
