/** `Provenance/anchor-…`, by its id: decided as a read of the version that it is about. */
import { parseProvenanceId, permits, type ProvenanceOf } from '@chartseal/server';
import type { RecordKey, StoredVersion } from '@chartseal/ports';
import type { NamedRecord } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { denied, missing, type Outcome, type Run } from '../interactions/outcome.ts';
import type { Answer } from '../release/answer.ts';
import type { Released } from '../release/released.ts';
import { provenanceOf } from './provenance-of.ts';

/** The version that a made Provenance is about, if the token lets its type be read: the proof has its content. */
export const versionBehind = async (
  { records }: Pick<QueryDependencies, 'records'>,
  { principal }: Pick<Decisions, 'principal'>,
  { handle, versionId }: ProvenanceOf,
): Promise<StoredVersion | undefined> => {
  const key = await records.byHandle(handle);
  if (key === undefined || !permits(principal.scopes, key.resourceType, 'r')) return undefined;
  return records.vread(key, versionId);
};

/**
 * Undefined for any id but one of those. `version`: of the Provenance itself, where one was asked for: the size of the tree that it is proved under;
 * earlier ones are not kept.
 */
export const readProvenance = (
  deps: QueryDependencies,
  key: RecordKey,
  answer: (released: Released) => Promise<Answer>,
  version?: number,
): Run | undefined => {
  const of = key.resourceType === 'Provenance' ? parseProvenanceId(key.id) : undefined;
  if (of === undefined) return undefined;
  const interaction = version === undefined ? 'read' : 'vread';
  const named: NamedRecord = version === undefined ? key : { ...key, versionId: version };
  return async (decisions): Promise<Outcome> => {
    const behind = await versionBehind(deps, decisions, of);
    const [examined] = behind === undefined ? [] : await decisions.examine([behind]);
    if (examined === undefined) return missing(interaction, named);
    if (examined.effect === 'deny') return denied(interaction, named, examined.decision);
    const { decision, released } = examined;
    if (released.form === 'subsetted')
      return denied(interaction, named, { ...decision, effect: 'deny', reason: 'redacted' });
    const made = await provenanceOf(deps, released);
    if (made === undefined || (version !== undefined && made.version.versionId !== version))
      return missing(interaction, named);
    return {
      kind: 'answer',
      answer: await answer(made),
      trail: [{ kind: 'read', interaction, decision }],
      leaves: 'at-once',
    };
  };
};
