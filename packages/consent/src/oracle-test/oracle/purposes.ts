/** B8: each purpose of the tests with everything below it but BTG, written out. */
const below: Readonly<Record<string, readonly string[]>> = {
  TREAT: ['TREAT', 'CLINTRL', 'COC', 'ETREAT', 'POPHLTH', 'ERTREAT'],
  ETREAT: ['ETREAT', 'ERTREAT'],
  ERTREAT: ['ERTREAT'],
  HPAYMT: ['HPAYMT', 'CLMATTCH', 'COVAUTH', 'COVERAGE', 'REMITADV', 'ELIGDTRM'],
  COVERAGE: ['COVERAGE', 'ELIGDTRM'],
  ELIGDTRM: ['ELIGDTRM'],
  HRESCH: ['HRESCH', 'BIORCH', 'CLINTRCH', 'CLINTRCHNPC'],
  CLINTRCH: ['CLINTRCH', 'CLINTRCHNPC'],
  BTG: ['BTG'],
};

export const isPurpose = (code: string): boolean => Object.values(below).some((all) => all.includes(code));
export const isBelow = (general: string, special: string): boolean => (below[general] ?? []).includes(special);
