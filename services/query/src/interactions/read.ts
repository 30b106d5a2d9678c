/** https://hl7.org/fhir/R4/http.html#read and #vread. An old version is decided under today's consent (B12). */
import type { Subset } from '@chartseal/fhir';
import type { RecordKey, RecordStore } from '@chartseal/ports';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords } from '../paging/closed-words.ts';
import type { Parameters } from '../paging/parameters.ts';
import { nativeAnswer, resourceAnswer, type Answer } from '../release/answer.ts';
import { bytesOf, present, subsetOf } from '../release/present.ts';
import { releaseBytes, type Released } from '../release/released.ts';
import { readProvenance } from '../provenance/read-provenance.ts';
import { parseVersionId, serveNamed } from './named-record.ts';
import { missing, type Outcome, type Run } from './outcome.ts';

/** `native`: of a Binary its content, as what it says that it is (R4 binary.html#rest). */
export type ReadForm = 'fhir' | 'native';

/** How the resource is to be shown. Other words are of no consequence for a read. @throws ChartsealError `malformed` */
const shapeOf = (parameters: Parameters): Subset | undefined =>
  subsetOf(closedWords(parameters, ['_summary', '_elements'], 'lenient'));

const answering =
  (records: RecordStore, form: ReadForm, subset: Subset | undefined) =>
  async (released: Released): Promise<Answer> =>
    form === 'native'
      ? nativeAnswer(await releaseBytes(bytesOf(records), released))
      : resourceAnswer(await present(records, released, subset));

export const read = (deps: QueryDependencies, key: RecordKey, form: ReadForm, parameters: Parameters): Run => {
  const answer = answering(deps.records, form, shapeOf(parameters));
  const made = readProvenance(deps, key, answer);
  if (made !== undefined) return made;
  return async (decisions) => serveNamed(decisions, 'read', key, await deps.records.read(key), answer);
};

/** `version` is the client's text: one that this server never gives is missing like any other. */
export const vread = (
  deps: QueryDependencies,
  key: RecordKey,
  version: string,
  form: ReadForm,
  parameters: Parameters,
): Run => {
  const answer = answering(deps.records, form, shapeOf(parameters));
  const versionId = parseVersionId(version);
  if (versionId === undefined) return async () => missing('vread', key);
  const made = readProvenance(deps, key, answer, versionId);
  if (made !== undefined) return made;
  return async (decisions: Decisions): Promise<Outcome> =>
    serveNamed(decisions, 'vread', { ...key, versionId }, await deps.records.vread(key, versionId), answer);
};
