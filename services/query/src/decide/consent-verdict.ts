import {
  decide,
  factsOf,
  type DecisionRequest,
  type Labels,
  type PatientDirectives,
  type ValueSets,
} from '@chartseal/consent';
import type { ExaminedContent } from './examined-content.ts';
import { deny, type Verdict } from './verdict.ts';

type VerdictContext = {
  readonly fhirBaseUrl: string;
  readonly valueSets: ValueSets;
  readonly labels: Labels | undefined;
  readonly patients?: readonly string[];
};

/**
 * What the patients' directives say of some content: packages/consent decides, of a Bundle on every entry. `directivesOf`
 * answers undefined for a Patient of whom nothing could be verified. `labels` stand for those that the content itself would have, and
 * `patients`, where they are given, for its own subjects.
 */
export const consentVerdict = async (
  request: DecisionRequest,
  { resource, version, patients }: ExaminedContent,
  directivesOf: (patientId: string) => Promise<PatientDirectives | undefined>,
  context: VerdictContext,
): Promise<Verdict> => {
  // Who read what is the patient's to know, and this hospital's.
  if (version.log === 'access') return deny('access-log');
  const directives = new Map(
    await Promise.all(
      (context.patients ?? patients).map(async (patient) => [patient, await directivesOf(patient)] as const),
    ),
  );
  const { fhirBaseUrl: baseUrl, valueSets, labels } = context;
  const labelled = labels === undefined ? {} : { labels };
  const facts = factsOf(resource, { baseUrl, valueSets, ...labelled });
  const subjects = context.patients?.map((id) => ({ kind: 'local', id }) as const) ?? facts.subjects;
  return decide((patient) => directives.get(patient), request, { ...facts, subjects });
};
