/** Bundles written around released texts, so that no number is ever parsed and written anew. */
import type { OperationOutcome } from '@chartseal/fhir';
import type { Answer } from './answer.ts';
import { composedAnswer, etag, fhirJson } from './answer.ts';
import { bundleLabels, subsetted } from './labels.ts';
import type { Released } from './released.ts';

export type BundleLink = { readonly relation: 'self' | 'next'; readonly url: string };

const json = (value: unknown): string => JSON.stringify(value);

const member = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [`${json(name)}:${value}`];

const writeBundle = (
  type: 'searchset' | 'history',
  released: readonly Released[],
  entries: readonly string[],
  links: readonly BundleLink[],
  total: number | undefined,
): string => {
  const security = bundleLabels(released.flatMap(({ labels }) => labels));
  const tag = released.some(({ form }) => form === 'subsetted') ? [subsetted] : [];
  const meta = { ...(security.length > 0 ? { security } : {}), ...(tag.length > 0 ? { tag } : {}) };
  return `{${[
    ...member('entry', entries.length > 0 ? `[${entries.join(',')}]` : undefined),
    ...member('link', links.length > 0 ? json(links) : undefined),
    ...member('meta', Object.keys(meta).length > 0 ? json(meta) : undefined),
    '"resourceType":"Bundle"',
    ...member('total', total === undefined ? undefined : String(total)),
    `"type":"${type}"`,
  ].join(',')}}`;
};

const fullUrl = (fhirBaseUrl: string, { version }: Released): string =>
  json(`${fhirBaseUrl}/${version.resourceType}/${version.id}`);

/** What matched, and what the matches reference. `total` for the own organisation alone (C4). */
export type Searchset = {
  readonly matches: readonly Released[];
  readonly included: readonly Released[];
  readonly links: readonly BundleLink[];
  readonly total: number | undefined;
  /** What the requester is to know of the answer itself (R4 search.html#errors). */
  readonly outcome?: OperationOutcome | undefined;
  /** Of `$match`: as many as there are matches, in their order. */
  readonly scores?: readonly MatchScore[];
};

/** https://hl7.org/fhir/R4/patient-operation-match.html. `score` between 0 and 1. */
export type MatchScore = { readonly score: number; readonly grade: 'certain' | 'probable' | 'possible' };

const matchGrade = 'http://hl7.org/fhir/StructureDefinition/match-grade';

const scored = (score: MatchScore | undefined): object =>
  score === undefined
    ? { mode: 'match' }
    : { extension: [{ url: matchGrade, valueCode: score.grade }], mode: 'match', score: score.score };

/** https://hl7.org/fhir/R4/bundle.html#searchset */
export const searchsetAnswer = (fhirBaseUrl: string, searchset: Searchset): Answer => {
  const { matches, included, links, total, outcome, scores } = searchset;
  const entry = (released: Released, search: object): string =>
    `{"fullUrl":${fullUrl(fhirBaseUrl, released)},"resource":${released.text},"search":${json(search)}}`;
  return composedAnswer(fhirJson, [...matches, ...included], (released) =>
    writeBundle(
      'searchset',
      released,
      [
        ...matches.map((match, index) => entry(match, scored(scores?.[index]))),
        ...included.map((one) => entry(one, { mode: 'include' })),
        ...(outcome === undefined ? [] : [`{"resource":${json(outcome)},"search":{"mode":"outcome"}}`]),
      ],
      links,
      total,
    ),
  );
};

/** https://hl7.org/fhir/R4/bundle.html#history. The newest first; a deletion has no resource. */
export const historyAnswer = (
  fhirBaseUrl: string,
  versions: readonly Released[],
  links: readonly BundleLink[],
  total: number | undefined,
): Answer => {
  const entry = (released: Released): string => {
    const { resourceType, id, versionId, lastUpdated, state } = released.version;
    const deleted = state === 'deleted';
    const request = { method: deleted ? 'DELETE' : 'PUT', url: `${resourceType}/${id}` };
    const status = deleted ? '204' : versionId === 1 ? '201' : '200';
    const response = { status, etag: etag(versionId), lastModified: lastUpdated };
    const resource = deleted ? [] : [`"resource":${released.text}`];
    return `{${[`"fullUrl":${fullUrl(fhirBaseUrl, released)}`, `"request":${json(request)}`, ...resource, `"response":${json(response)}`].join(',')}}`;
  };
  return composedAnswer(fhirJson, versions, (released) =>
    writeBundle('history', released, released.map(entry), links, total),
  );
};
