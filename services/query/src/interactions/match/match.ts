/** https://hl7.org/fhir/R4/patient-operation-match.html */
import { parseJson, parseSearchQuery, type JsonValue, type SearchQuery } from '@chartseal/fhir';

import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../../audit/access-event.ts';
import type { QueryDependencies } from '../../dependencies.ts';
import type { PermittedEntry } from '../../paging/permitted-page.ts';
import { searchsetAnswer, type MatchScore } from '../../release/bundle.ts';
import { operationInput } from '../operation-body.ts';
import type { Run } from '../outcome.ts';
import { featuresOf, matchScore } from './match-patient.ts';
import { isJsonObject } from '../../json-object.ts';

const path = 'Patient/$match';
/** Patients who share something with the one asked for, and are compared. */
const compared = 500;
const answeredAtMost = 50;

const wrong = (expression: string, diagnostics: string): ChartsealError =>
  new ChartsealError('malformed', diagnostics, { issues: [{ code: 'value', expression, diagnostics }] });

type Input = {
  readonly patient: { readonly [member: string]: JsonValue };
  readonly onlyCertain: 'only-certain' | 'all';
  readonly count: number;
};

const inputOf = (body: string): Input => {
  const { words, resources } = operationInput(body);
  const patient = resources.get('resource');
  if (patient?.resourceType !== 'Patient') throw wrong('Parameters.parameter', '$match needs a Patient as `resource`');
  const values = new Map(words);
  const [certain = 'false', count = String(answeredAtMost)] = [values.get('onlyCertainMatches'), values.get('count')];
  if (certain !== 'true' && certain !== 'false') throw wrong('onlyCertainMatches', 'true or false');
  if (!/^[1-9]\d{0,5}$/.test(count)) throw wrong('count', 'a number above 0');
  return {
    patient,
    onlyCertain: certain === 'true' ? 'only-certain' : 'all',
    count: Math.min(Number(count), answeredAtMost),
  };
};

/**
 * For the own organisation alone: whoever is asked for by attributes, another organisation finds only by a handle that the patient gave it.
 * @throws ChartsealError `forbidden`, `malformed`
 */
export const match = (deps: QueryDependencies, principal: Principal, body: string): Run => {
  if (principal.kind === 'other') {
    throw new ChartsealError('forbidden', 'patients are matched for the own organisation only');
  }
  const { patient, onlyCertain, count } = inputOf(body);
  const asked = featuresOf(patient);
  const queries = candidateQueries(patient, { baseUrl: deps.fhirBaseUrl, now: deps.clock.wallMs() });
  return async (decisions) => {
    const page = queries.length === 0 ? [] : (await deps.records.search(queries, { limit: compared })).versions;
    const scored: { readonly entry: PermittedEntry; readonly score: MatchScore }[] = [];
    for (const entry of await decisions.examine(page)) {
      if (entry.effect === 'deny') continue;
      const { value } = parseJson(entry.released.text);
      const score = isJsonObject(value) ? matchScore(asked, featuresOf(value)) : undefined;
      if (score !== undefined) scored.push({ entry, score });
    }
    const best = scored.toSorted((one, other) => other.score.score - one.score.score);
    const certain = best.filter(({ score }) => score.grade === 'certain');
    // "If there are multiple potential matches, then the match should not return the results with this flag set to true."
    const answered = onlyCertain === 'all' ? best.slice(0, count) : certain.length === 1 ? certain : [];
    return {
      kind: 'answer',
      answer: searchsetAnswer(deps.fhirBaseUrl, {
        matches: answered.map(({ entry }) => entry.released),
        scores: answered.map(({ score }) => score),
        included: [],
        links: [],
        total: answered.length,
      }),
      trail: queryEvents(
        'operation',
        path,
        answered.map(({ entry }) => entry.decision),
        0,
      ),
    };
  };
};

/** Whoever shares an identifier, the birth date, a family name or a telecom: nobody else can score enough. */
const candidateQueries = (
  patient: Input['patient'],
  context: Parameters<typeof parseSearchQuery>[2],
): readonly SearchQuery[] => {
  const values = {
    identifier: identifiers(patient),
    birthdate: typeof patient.birthDate === 'string' ? [patient.birthDate] : [],
    family: members(patient.name, 'family'),
    telecom: members(patient.telecom, 'value'),
  };
  return Object.entries(values).flatMap(([name, alternatives]) => {
    if (alternatives.length === 0) return [];
    const value = alternatives.map((text) => text.replace(/[\\,|$]/g, '\\$&')).join(',');
    const parsed = parseSearchQuery('Patient', [[name, value]], context);
    return parsed.outcome === 'parsed' && parsed.query.conditions.length > 0 ? [parsed.query] : [];
  });
};

const identifiers = ({ identifier }: Input['patient']): readonly string[] => members(identifier, 'value');

const members = (value: JsonValue | undefined, member: string): readonly string[] =>
  (Array.isArray(value) ? value.filter(isJsonObject) : []).flatMap((one) => {
    const text = one[member];
    return typeof text === 'string' && text !== '' ? [text] : [];
  });
