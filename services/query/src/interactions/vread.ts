/** https://hl7.org/fhir/R4/http.html#vread. An old version is decided under today's consent (B12). */
import type { RecordKey } from '@chartseal/ports';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { resourceAnswer } from '../release/answer.ts';
import { parseVersionId, serveNamed } from './named-record.ts';
import type { Outcome } from './outcome.ts';
import { missing } from './outcome.ts';

/** `version` is the client's text: one that this server never gives is missing like any other. */
export const vread = async (
  { records }: QueryDependencies,
  decisions: Decisions,
  key: RecordKey,
  version: string,
): Promise<Outcome> => {
  const versionId = parseVersionId(version);
  if (versionId === undefined) return missing('vread', key);
  return serveNamed(decisions, 'vread', { ...key, versionId }, await records.vread(key, versionId), resourceAnswer);
};
