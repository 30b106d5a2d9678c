/** The sandbox's network: this hospital and two others, whose keys lie beside ours so that one person can play all three. */
export const ownOrganization = 'hospital-a';
export const otherOrganizations = ['hospital-b', 'hospital-c'] as const;
export const members = [ownOrganization, ...otherOrganizations] as const;
export type Member = (typeof members)[number];

export const mspIdOf: Record<Member, string> = {
  'hospital-a': 'HospitalAMSP',
  'hospital-b': 'HospitalBMSP',
  'hospital-c': 'HospitalCMSP',
};
export const nameOf: Record<Member, string> = {
  'hospital-a': 'Hospital A',
  'hospital-b': 'Hospital B',
  'hospital-c': 'Hospital C',
};

/** Who may ask in an emergency without a permit (consent-semantics B13). */
export const breakGlassMember: Member = 'hospital-b';

export const purposes = ['TREAT', 'HPAYMT', 'HRESCH'] as const;

/** The hospital's own system, registered as `chartseal client add` does it. */
export const ownClientId = 'hospital-a-ehr';
export const ownScope = 'system/*.cruds chartseal/erase';
export const otherScope = 'system/*.rs';

/** First part of the origins of this gateway's two logs. */
export const logOrigin = 'sandbox.chartseal.example/hospital-a';
