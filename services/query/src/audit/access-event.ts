import type { Decision, Denial, Permit } from '../release/decision.ts';

/** https://hl7.org/fhir/R4/valueset-type-restful-interaction.html */
export type RestfulInteraction =
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'search-type'
  | 'search-system'
  | 'operation';

/** What a client named in its URL. `undefined` where its words are no FHIR id: they are not kept. */
export type NamedRecord = { readonly resourceType: string; readonly id: string; readonly versionId?: number };

/**
 * What is to be told of one access (C13):
 * - `read`: one version was disclosed;
 * - `query`: versions that concern this patient (or nobody) were disclosed; what was filtered out is a count, never ids;
 * - `refusal`: something named was not disclosed, because of a decision or because there is no such thing.
 */
export type AccessEvent =
  | { readonly kind: 'read'; readonly interaction: RestfulInteraction; readonly decision: Permit }
  | {
      readonly kind: 'query';
      readonly interaction: RestfulInteraction;
      /** The requester's own words, without the base URL. */
      readonly query: string;
      readonly patient: string | undefined;
      readonly decisions: readonly Permit[];
      readonly filtered: number;
    }
  | {
      readonly kind: 'refusal';
      readonly interaction: RestfulInteraction;
      readonly named: NamedRecord | undefined;
      readonly decision: Denial | undefined;
      /** Where nothing was decided: by the token alone, or (not said) because there is no such thing. */
      readonly because?: 'forbidden';
    };

/** One PatientQuery for each patient disclosed, or one Query if none was. */
export const queryEvents = (
  interaction: RestfulInteraction,
  query: string,
  disclosed: readonly Permit[],
  filtered: number,
): readonly AccessEvent[] => {
  const byPatient = new Map<string | undefined, Permit[]>();
  for (const permit of disclosed) {
    for (const patient of permit.patients.length === 0 ? [undefined] : permit.patients) {
      const permits = byPatient.get(patient);
      if (permits === undefined) byPatient.set(patient, [permit]);
      else permits.push(permit);
    }
  }
  if (byPatient.size > 1) joinUnpatiented(byPatient);
  if (byPatient.size === 0) byPatient.set(undefined, []);
  return [...byPatient].map(([patient, decisions]) => ({
    kind: 'query',
    interaction,
    query,
    patient,
    decisions,
    filtered,
  }));
};

/** What is about nobody (a Practitioner beside a patient's records) needs no event of its own. */
const joinUnpatiented = (byPatient: Map<string | undefined, Permit[]>): void => {
  const unpatiented = byPatient.get(undefined) ?? [];
  byPatient.delete(undefined);
  const [first] = byPatient.values();
  first?.push(...unpatiented);
};

export const decisionsOf = (event: AccessEvent): readonly Decision[] => {
  if (event.kind === 'query') return event.decisions;
  return event.decision === undefined ? [] : [event.decision];
};

export const patientsOf = (event: AccessEvent): readonly string[] => {
  if (event.kind === 'query') return event.patient === undefined ? [] : [event.patient];
  return event.decision?.patients ?? [];
};

/** Effect and reason as the access log's event tells them to strangers. */
export const outcomeOf = (event: AccessEvent): { readonly effect: 'permit' | 'deny'; readonly reason: string } => {
  if (event.kind === 'refusal')
    return { effect: 'deny', reason: event.decision?.reason ?? event.because ?? 'not-found' };
  const [first] = decisionsOf(event);
  return { effect: 'permit', reason: first?.reason ?? 'nothing-disclosed' };
};
