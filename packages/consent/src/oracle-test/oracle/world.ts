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
  readonly data?: readonly ProvisionData[];
  readonly provision?: readonly Provision[];
};
export type Coding = { readonly system: string; readonly code: string };
export type Concept = { readonly coding: readonly Coding[] };
export type Period = { readonly start?: string; readonly end?: string };
export type Reference = {
  readonly reference?: string;
  readonly identifier?: { readonly value: string };
  readonly display?: string;
};
export type ProvisionActor = { readonly role: Concept; readonly reference: Reference };
export type ProvisionData = { readonly meaning: 'instance' | 'authoredby'; readonly reference: Reference };

/** The elements of a Consent that decide. */
export type RawConsent = {
  readonly scope: 'patient-privacy' | 'research';
  readonly policyRule?: 'OPTIN' | 'OPTOUT';
  readonly provision?: Provision;
  /** Whether a registrar signed for the patient (A6). */
  readonly isAttested: boolean;
};

export type Handle = 'open' | 'frozen' | 'closed' | 'unknown';

/** A patient's handle, the consents that are active under it, and whether the ledger holds an emergency of the requester's for it (B13). */
export type Say = { readonly handle: Handle; readonly consents: readonly RawConsent[]; readonly isEmergency: boolean };

export type RawResource = {
  readonly resourceType:
    | 'Observation'
    | 'Condition'
    | 'Appointment'
    | 'Composition'
    | 'Bundle'
    | 'Binary'
    | 'Organization'
    | 'Questionnaire';
  readonly id: string;
  readonly status?: string;
  readonly meta?: { readonly security: readonly Coding[] };
  readonly contained?: readonly RawResource[];
  readonly code?: Concept;
  /** Of a Composition a Concept, of a Bundle a word. */
  readonly type?: Concept | string;
  readonly category?: readonly Concept[];
  readonly component?: readonly { readonly code: Concept }[];
  readonly subject?: Reference;
  readonly focus?: readonly Reference[];
  readonly performer?: readonly Reference[];
  readonly recorder?: Reference;
  readonly author?: readonly Reference[];
  readonly securityContext?: Reference;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: Period;
  readonly onsetDateTime?: string;
  readonly date?: string;
  readonly start?: string;
  readonly end?: string;
  readonly participant?: readonly { readonly actor: Reference }[];
  readonly entry?: readonly { readonly resource: RawResource }[];
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
