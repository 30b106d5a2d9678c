/** https://hl7.org/fhir/R4/resource-operation-meta.html */
import type { RecordKey, SearchCursor } from '@chartseal/ports';
import { ChartsealError } from '@chartseal/ports';
import { permits, type Principal } from '@chartseal/server';
import { parseJson, resourceTypes, type SearchCondition } from '@chartseal/fhir';
import { queryEvents } from '../audit/access-event.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords } from '../paging/closed-words.ts';
import type { Parameters } from '../paging/parameters.ts';
import { labelsAnswer, metaAnswer } from '../release/meta-answer.ts';
import type { Released } from '../release/released.ts';
import { serveNamed } from './named-record.ts';
import type { Run } from './outcome.ts';
import { isJsonObject } from '../json-object.ts';

/** Of one resource: decided as a read of it is. */
export const metaOfResource = ({ records }: QueryDependencies, key: RecordKey, parameters: Parameters): Run => {
  closedWords(parameters, [], 'strict');
  return async (decisions) => serveNamed(decisions, 'operation', key, await records.read(key), metaAnswer);
};

/** Records with labels that one answer looks through. */
const lookedThrough = 50_000;
const atOnce = 1000;

const labelled: SearchCondition = {
  kind: 'any',
  of: ['_profile', '_tag', '_security'].map((code) => ({ kind: 'present', code, present: true })),
};

/**
 * Every profile, tag and label in use on a type or, where none is named, on all that the token covers. It tells of every record at once, so
 * it is for the own organisation alone.
 * @throws ChartsealError `forbidden`
 */
export const metaOfAll = (
  { records }: QueryDependencies,
  principal: Principal,
  resourceType: string | undefined,
  parameters: Parameters,
): Run => {
  closedWords(parameters, [], 'strict');
  if (principal.kind === 'other') {
    throw new ChartsealError('forbidden', 'labels in use are told to the own organisation alone');
  }
  // The gateway's own audit entries have labels of its own, and more with each answer.
  const types = resourceType === undefined ? resourceTypes.filter((type) => type !== 'AuditEvent') : [resourceType];
  const queries = types
    .filter((type) => permits(principal.scopes, type, 'r'))
    .map((type) => ({ resourceType: type, conditions: [labelled] }));
  return async (decisions) => {
    const known = new Set<string>();
    const contributing: Released[] = [];
    let after: SearchCursor | undefined;
    for (let looked = 0; looked < lookedThrough; looked += atOnce) {
      const { versions } = await records.search(
        queries,
        after === undefined ? { limit: atOnce } : { after, limit: atOnce },
      );
      for (const version of versions) {
        const fresh = labelsIn(version.content).filter((label) => !known.has(label));
        if (fresh.length === 0) continue;
        for (const label of fresh) known.add(label);
        const [examined] = await decisions.examine([version]);
        if (examined?.effect === 'permit') contributing.push(examined.released);
      }
      after = versions.at(-1)?.cursor;
      if (versions.length < atOnce) {
        const path = resourceType === undefined ? '$meta' : `${resourceType}/$meta`;
        return { kind: 'answer', answer: labelsAnswer(contributing), trail: queryEvents('operation', path, [], 0) };
      }
    }
    const diagnostics = 'too many records have labels to look through all of them: ask for one type';
    throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'too-costly', diagnostics }] });
  };
};

/** Each label as one text. */
const labelsIn = (content: string): readonly string[] => {
  const { value } = parseJson(content);
  const meta = isJsonObject(value) && isJsonObject(value.meta) ? value.meta : {};
  return ['profile', 'tag', 'security'].flatMap((member) => {
    const values = meta[member];
    return Array.isArray(values) ? values.map((label) => JSON.stringify([member, label])) : [];
  });
};
