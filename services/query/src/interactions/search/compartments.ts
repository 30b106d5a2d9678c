/** https://hl7.org/fhir/R4/compartmentdefinition.html */
import {
  compartmentCondition,
  conferNothing,
  resourceTypes,
  type SearchCondition,
  type SearchQuery,
} from '@chartseal/fhir';

export const typesInCompartment = (compartment: string): readonly string[] =>
  resourceTypes.filter((type) => compartmentCondition(compartment, '1', type) !== undefined);

/** The reference parameters by which a record of the type lies in a compartment. */
const codesIn = (condition: SearchCondition): readonly string[] => {
  if (condition.kind === 'any') return condition.of.flatMap(codesIn);
  return condition.kind === 'reference' ? [condition.code] : [];
};

/** By which parameters a record of the type names the Patients whose record it is (consent-semantics B11). */
export const patientCodes = (resourceType: string): ReadonlySet<string> =>
  new Set(['patient', 'subject', ...compartmentCodes(resourceType)]);

/** Those of the Patient compartment; who acted and who pays has no say over the record. */
const compartmentCodes = (resourceType: string): readonly string[] => {
  const condition = compartmentCondition('Patient', '1', resourceType);
  return condition === undefined ? [] : codesIn(condition).filter((code) => !conferNothing.has(code));
};

/** Every record of some Patient, and every Patient. */
export const everyCompartment = (): readonly SearchQuery[] =>
  resourceTypes.flatMap((resourceType) => {
    if (resourceType === 'Patient') return [{ resourceType, conditions: [] }];
    if (compartmentCodes(resourceType).length === 0 || resourceType === 'AuditEvent') return [];
    const of = compartmentCodes(resourceType).map((code) => ({ kind: 'present', code, present: true }) as const);
    return [{ resourceType, conditions: [{ kind: 'any', of }] }];
  });
