/** v3 ActReason in the words of its own displays, as plainly as they are; a code that is not here speaks for itself. */
const words: Readonly<Record<string, string>> = {
  TREAT: 'treatment',
  ETREAT: 'emergency treatment',
  BTG: 'break the glass: an emergency, without your consent',
  COC: 'coordination of care',
  HPAYMT: 'payment for health care',
  COVERAGE: 'coverage by an insurance',
  HOPERAT: 'operations of a hospital or insurer',
  CAREMGT: 'care management',
  HLEGAL: 'legal proceedings',
  HRESCH: 'research',
  CLINTRCH: 'a clinical trial',
  PUBHLTH: 'public health',
  THREAT: 'a threat to health or safety',
  DISASTER: 'help in a disaster',
  PATRQT: 'your own request',
  FAMRQT: 'a request of your family',
};

export const purposeWords = (code: string): string => (Object.hasOwn(words, code) ? (words[code] ?? code) : code);
