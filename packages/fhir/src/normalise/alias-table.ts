/** By canonical URL the other names that a system goes by. OIDs are bare: 2.16.840.1.113883.6.1. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

export type AliasTable = {
  readonly codeSystems: Aliases;
  readonly identifierSystems: Aliases;
  /** By alias the codes that its system no longer has under the canonical URL. */
  readonly withdrawn: Readonly<Record<string, readonly string[]>>;
};

/** What HL7's definitions leave out or say otherwise than R4's own pages, each with its source. It counts for more than they do. */
export const furtherCodeSystems: Aliases = {
  // https://hl7.org/fhir/R4/iso3166.html: one URL for the codes of two and three letters and the numeric ones.
  'urn:iso:std:iso:3166': ['1.0.3166.1.2', '1.0.3166.1.2.1', '1.0.3166.1.2.2', '1.0.3166.1.2.3'],
  // https://hl7.org/fhir/STU3/terminologies-systems.html
  'http://dicom.nema.org/resources/ontology/DCM': ['http://nema.org/dicom/dicm'],
  'http://www.cms.gov/Medicare/Coding/ICD10': ['http://www.icd10data.com/icd10pcs'],
  // https://hl7.org/fhir/DSTU2/terminologies-systems.html
  'http://hl7.org/fhir/sid/icd-10-cm': ['http://hl7.org/fhir/sid/icd-10-us'],
  'http://hl7.org/fhir/sid/icd-9-cm': [
    'http://hl7.org/fhir/sid/icd-9-cm/diagnosis',
    'http://hl7.org/fhir/sid/icd-9-cm/procedure',
  ],
  'http://hl7.org/fhir/sid/cvx': ['http://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx'],
  'http://hl7.org/fhir/sid/mvx': ['http://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=mvx'],
};
