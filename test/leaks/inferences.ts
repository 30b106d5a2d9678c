/**
 * Questions about what Ana lets be seen whose answer would tell of what Ben does not (C3, C8): each matches records of hers in the store,
 * by a value that is withheld.
 */
export const inferences: readonly string[] = [
  'Observation?derived-from:Observation.code:text=weight',
  'Observation?derived-from:Observation.subject:Patient.family=Secretname',
  'Observation?derived-from:Observation.patient=ben',
  'Observation?derived-from:Observation.status=final',
  'Observation?derived-from:Observation.code:missing=false',
  'Observation?performer:identifier=urn:mrn|4711',
  'Account?subject:Patient.family=Secretname',
  'Patient?_has:Account:subject:status=active',
  'Patient?_has:Group:member:type=person',
  'Patient?_has:Account:subject:subject:Patient.family=Secretname',
  'MedicationRequest?medication:Medication.code:text=for',
  'MedicationRequest?medication:Medication._id=made-for-ben',
  'Patient?_has:MedicationRequest:subject:medication:Medication._id=made-for-ben',
];
