/** What the oracle judges: raw FHIR, before anything of the product has read it. */
export type Provision = {
  readonly type: 'permit' | 'deny';
  readonly period?: Period;
  readonly actor?: readonly ProvisionActor[];
  readonly action?: readonly Concept[];
  readonly securityLabel?: readonly Coding[];
  readonly purpose?: readonly Coding[];
  readonly class?: readonly Coding[];
  readonly code?: readonly Concept[];
  readonly dataPeriod?: Period;
  readonly provision?: readonly Provision[];
};
export type Coding = { readonly system: string; readonly code: string };
export type Concept = { readonly coding: readonly Coding[] };
export type Period = { readonly start?: string; readonly end?: string };
export type ProvisionActor = {
  readonly role: Concept;
  readonly reference: { readonly reference?: string; readonly identifier?: { readonly value: string } };
};

/** The elements of a Consent that decide. */
export type RawConsent = {
  readonly scope: 'patient-privacy' | 'research';
  readonly policyRule?: 'OPTIN' | 'OPTOUT';
  readonly provision?: Provision;
};

export type Handle = 'open' | 'frozen' | 'closed' | 'unknown';

/** A patient's handle and the consents that are active under it. */
export type Say = { readonly handle: Handle; readonly consents: readonly RawConsent[] };

export type RawResource = {
  readonly resourceType: 'Observation' | 'Condition' | 'Appointment' | 'Organization' | 'Questionnaire';
  readonly id: string;
  readonly status?: string;
  readonly meta?: { readonly security: readonly Coding[] };
  readonly code?: Concept;
  readonly category?: readonly Concept[];
  readonly subject?: { readonly reference: string };
  readonly performer?: readonly { readonly reference: string }[];
  readonly recorder?: { readonly reference: string };
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: Period;
  readonly onsetDateTime?: string;
  readonly start?: string;
  readonly end?: string;
  readonly participant?: readonly { readonly actor: { readonly reference: string } }[];
};

/** One triple. `isLabelled`: whether the gateway has labelled the resource yet (B10). */
export type World = {
  readonly says: Readonly<Record<string, Say>>;
  readonly request: {
    readonly organization: string;
    readonly parents: readonly string[];
    readonly custodian: string;
    readonly purpose: string;
    readonly decisionTime: number;
    readonly implicitPolicy: Readonly<Record<string, 'permit' | 'deny'>>;
  };
  readonly resource: RawResource;
  readonly isLabelled: boolean;
};
