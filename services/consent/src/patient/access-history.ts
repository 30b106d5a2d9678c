import { parseSearchQuery } from '@chartseal/fhir';
import { ChartsealError, type StoredVersion } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';

/** Enough for a page on a phone; `_page` goes on. */
const pageSize = 50;

/**
 * Who read what of this patient and why (consent-semantics C13): the AuditEvents that concern the Patient, as a searchset in the order
 * in which they were written.
 */
export const accessHistory = async (
  { records, consentBaseUrl, fhirBaseUrl, clock }: ConsentDependencies,
  patientId: string,
  after: number | undefined,
): Promise<string> => {
  const parsed = parseSearchQuery('AuditEvent', [['patient', `Patient/${patientId}`]], {
    baseUrl: fhirBaseUrl,
    now: clock.wallMs(),
  });
  if (parsed.outcome === 'refused')
    throw new ChartsealError('internal', 'the patient parameter of AuditEvent is not known');
  const { versions } = await records.search(parsed.query, {
    limit: pageSize + 1,
    ...(after === undefined ? {} : { after: { after } }),
  });
  const page = versions.slice(0, pageSize).filter(({ log }) => log === 'access');
  const last = versions.length > pageSize ? versions[pageSize - 1] : undefined;
  const link =
    last === undefined
      ? ''
      : `,"link":[{"relation":"next","url":${JSON.stringify(`${consentBaseUrl}/AuditEvent?_page=${last.cursor.after}`)}}]`;
  const entries = page.map((version) => entryOf(version, fhirBaseUrl));
  return `{"resourceType":"Bundle","type":"searchset"${link}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`;
};

const entryOf = ({ resourceType, id, content }: StoredVersion, fhirBaseUrl: string): string =>
  `{"fullUrl":${JSON.stringify(`${fhirBaseUrl}/${resourceType}/${id}`)},"resource":${content},"search":{"mode":"match"}}`;
