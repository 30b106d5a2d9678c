/**
 * The explicit consents of IHE Privacy Consent on FHIR (PCF) 1.1.0, https://profiles.ihe.net/ITI/PCF, as far as they constrain R4 Consents that
 * decisions understand: cardinalities and fixed values of input/fsh/consent.fsh (github.com/IHE/ITI.PCF, CC BY 4.0).
 */

type Json = Readonly<Record<string, unknown>>;

const canonical = 'https://profiles.ihe.net/ITI/PCF/StructureDefinition/IHE.PCF.consent';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const object = (value: unknown): Json => (isObject(value) ? value : {});

const isCoded = (concept: unknown, code: string): boolean =>
  list(object(concept)['coding']).some((each) => each['code'] === code);

const needed = ['status', 'scope', 'patient', 'dateTime', 'policy', 'provision'];
const neededLists = ['category', 'performer', 'organization'];

/** The RuleSet FoundationConsent. */
const isFoundation = (consent: Json): boolean => {
  const provision = object(consent['provision']);
  return (
    needed.every((name) => consent[name] !== undefined) &&
    neededLists.every((name) => list(consent[name]).length > 0) &&
    (consent['sourceAttachment'] !== undefined || consent['sourceReference'] !== undefined) &&
    list(consent['policy']).every(({ uri }) => uri !== undefined) &&
    consent['verification'] === undefined &&
    isCoded(consent['scope'], 'patient-privacy') &&
    provision['type'] !== undefined &&
    ['action', 'class', 'code'].every((name) => provision[name] === undefined) &&
    list(provision['actor']).every(({ role }) => isCoded(role, 'IRCP')) &&
    list(provision['provision']).every((below) => below['provision'] === undefined)
  );
};

/** Its binding of purposes is extensible: one of its own examples is for research. */
const isBasic = (provision: Json): boolean =>
  ['securityLabel', 'dataPeriod', 'data', 'provision'].every((name) => provision[name] === undefined);

/** The narrowest profile that a Consent is of: basic, intermediate, advanced; undefined if none. */
export const pcfProfile = (consent: Json): string | undefined => {
  if (!isFoundation(consent)) return undefined;
  const provision = object(consent['provision']);
  if (isBasic(provision)) return `${canonical}Basic`;
  const hasLabels = [provision, ...list(provision['provision'])].some((rule) => rule['securityLabel'] !== undefined);
  return `${canonical}${hasLabels ? 'Advanced' : 'Intermediate'}`;
};
