import type { FhirResource } from 'fhir-kit-client';

/** One line of an access history. A member that the AuditEvent does not tell is `unknown`. */
export type AccessSummary = {
  /** FHIR instant, by the hospital's clock. */
  readonly recorded: string;
  readonly outcome: 'disclosed' | 'refused';
  /** Directory id of who asked. */
  readonly organization: string;
  /** v3 ActReason. */
  readonly purpose: string;
  /** FHIR interaction: `read`, `search-type`, … */
  readonly interaction: string;
  /** `Type/id/_history/version` of what was disclosed, or what was asked for by name. */
  readonly records: readonly string[];
};

type Coded = { readonly coding?: readonly { readonly code?: string }[] };
type Extension = {
  readonly url?: string;
  readonly extension?: readonly Extension[];
  readonly valueReference?: { readonly reference?: string };
};
type AuditEvent = {
  readonly recorded?: string;
  readonly outcome?: string;
  readonly subtype?: readonly { readonly code?: string }[];
  readonly purposeOfEvent?: readonly Coded[];
  readonly agent?: readonly {
    readonly type?: Coded;
    readonly who?: { readonly identifier?: { readonly value?: string } };
  }[];
  readonly entity?: readonly {
    readonly what?: { readonly reference?: string };
    readonly role?: { readonly code?: string };
  }[];
  readonly extension?: readonly Extension[];
};

/** What a person wants to know of an AuditEvent that a gateway wrote (consent-semantics C13, IHE BALP). */
export const accessSummary = (resource: FhirResource): AccessSummary => {
  const event = resource as AuditEvent;
  const unknown = 'unknown';
  const named = (event.entity ?? []).filter(({ role }) => role?.code === '4').map(({ what }) => what?.reference);
  const decided = (event.extension ?? []).flatMap(({ extension = [] }) =>
    extension.filter(({ url }) => url === 'version').map(({ valueReference }) => valueReference?.reference),
  );
  const asker = event.agent?.find(({ type }) => type?.coding?.some(({ code }) => code === 'PROV'));
  return {
    recorded: event.recorded ?? unknown,
    outcome: event.outcome === '0' ? 'disclosed' : 'refused',
    organization: asker?.who?.identifier?.value ?? unknown,
    purpose: event.purposeOfEvent?.[0]?.coding?.[0]?.code ?? unknown,
    interaction: event.subtype?.[0]?.code ?? unknown,
    records: [...new Set(decided.length > 0 ? decided : named)].filter((each) => each !== undefined),
  };
};
