import { signedTargets } from '@chartseal/fhir';
import type { IncomingResource } from '../intake.ts';
import type { CreateEntry, UpdateEntry } from './entry.ts';
import { nameIn } from './references.ts';

export type ContentEntry = CreateEntry | UpdateEntry;

/** The fullUrls, and relative names, of what a Provenance of this Bundle carries a signature over. Of another resource, none. */
export const signedNames = (
  resource: IncomingResource,
  fullUrl: string | undefined,
  fullUrls: ReadonlySet<string>,
  baseUrl: string,
): readonly string[] =>
  signedTargets(resource).flatMap((target) => [target, nameIn(target, fullUrl, { fullUrls, baseUrl }) ?? target]);

/** A resource under a signature keeps its references as they were signed, whatever becomes of what they name. */
export const isSigned = (entry: ContentEntry, signed: ReadonlySet<string>): boolean =>
  (entry.fullUrl !== undefined && signed.has(entry.fullUrl)) ||
  (entry.kind === 'update' && entry.given !== undefined && signed.has(`${entry.resourceType}/${entry.given}`));
