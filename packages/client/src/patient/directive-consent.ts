/** A Consent as others write it, made into one that a patient's device can sign: who is meant is said in the names that the network knows. */
import { admit, type ConsentIssue } from '@chartseal/consent';
import type { FhirResource } from 'fhir-kit-client';

export type DirectiveConsent = {
  readonly consent: FhirResource;
  /** FHIRPath of each reference that is in none of the maps: it stands as it was, and the custodian would refuse it. */
  readonly unmapped: readonly string[];
  /** What the custodian would refuse, those included (consent-semantics A1); empty if the Consent can be signed and sent. */
  readonly issues: readonly ConsentIssue[];
};

export type DirectiveNames = {
  readonly consentId: string;
  /** The handle. */
  readonly patient: string;
  /** Directory ids by the references that the Consent has: `Organization/1`, or whole URLs. */
  readonly organizations: ReadonlyMap<string, string>;
};

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const referenceOf = (value: unknown): unknown => (isObject(value) ? value['reference'] : undefined);

/** The member with each of its items mapped; nothing where it is no list. */
const mapped = (of: Json, name: string, map: (item: unknown, index: number) => unknown): Json => {
  const { [name]: items } = of;
  return Array.isArray(items) ? { [name]: items.map(map) } : {};
};

class Renaming {
  readonly unmapped: string[] = [];
  readonly #names: DirectiveNames;
  /** How the Consent names its patient. */
  readonly #patient: unknown;

  constructor(names: DirectiveNames, patient: unknown) {
    this.#names = names;
    this.#patient = patient;
  }

  get patient(): object {
    return { identifier: { system: 'urn:chartseal:patient', value: this.#names.patient } };
  }

  /** One who gave the consent: the patient, or nobody who is known here. */
  performer(value: unknown, path: string): unknown {
    const reference = referenceOf(value);
    return reference !== undefined && reference === this.#patient ? this.patient : this.#lost(value, path);
  }

  organization(value: unknown, path: string): unknown {
    const named = this.#known(value);
    if (named !== undefined) return named;
    return referenceOf(value) === undefined ? value : this.#lost(value, path);
  }

  /** An author may be anybody of whom the custodian has a record. */
  author(value: unknown): unknown {
    return this.#known(value) ?? value;
  }

  provision(value: unknown, path: string): unknown {
    if (!isObject(value)) return value;
    return {
      ...value,
      ...mapped(value, 'actor', (actor, index) => this.#actor(actor, `${path}.actor[${index}]`)),
      ...mapped(value, 'data', (data) =>
        isObject(data) && data['meaning'] === 'authoredby'
          ? { ...data, reference: this.author(data['reference']) }
          : data,
      ),
      ...mapped(value, 'provision', (below, index) => this.provision(below, `${path}.provision[${index}]`)),
    };
  }

  #actor(actor: unknown, path: string): unknown {
    if (!isObject(actor)) return actor;
    const { role, reference } = actor;
    const isAuthor = JSON.stringify(role ?? '').includes('"AUT"');
    return {
      ...actor,
      reference: isAuthor ? this.author(reference) : this.organization(reference, `${path}.reference`),
    };
  }

  #known(value: unknown): object | undefined {
    const reference = referenceOf(value);
    const id = typeof reference === 'string' ? this.#names.organizations.get(reference) : undefined;
    return id === undefined ? undefined : { identifier: { system: 'urn:chartseal:organization', value: id } };
  }

  #lost(value: unknown, path: string): unknown {
    this.unmapped.push(`${path}.reference`);
    return value;
  }
}

/**
 * The same Consent under the patient's handle and the directory's ids. Nothing that decides is changed, added or left out: what the names do not
 * cover stays as it is and is told.
 * @param consent R4, as IHE PCF or another hospital writes it
 */
export const toDirectiveConsent = (consent: object, names: DirectiveNames): DirectiveConsent => {
  const given: Json = { ...consent };
  const renaming = new Renaming(names, referenceOf(given['patient']));
  const renamed = {
    ...given,
    resourceType: 'Consent',
    id: names.consentId,
    patient: renaming.patient,
    ...mapped(given, 'performer', (value, index) => renaming.performer(value, `Consent.performer[${index}]`)),
    ...mapped(given, 'organization', (value, index) => renaming.organization(value, `Consent.organization[${index}]`)),
    ...('provision' in given ? { provision: renaming.provision(given['provision'], 'Consent.provision') } : {}),
  };
  const { consentId, patient } = names;
  return { consent: renamed, unmapped: renaming.unmapped, issues: admit(renamed, { patient, consentId }) };
};
