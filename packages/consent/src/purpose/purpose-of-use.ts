/**
 * Consent-semantics B8. The PurposeOfUse branch of v3 ActReason, version 2018-08-12, as published with FHIR R4:
 * https://hl7.org/fhir/R4/v3/PurposeOfUse/vs.html. Each code with those directly below it.
 */
const children: Readonly<Record<string, string>> = {
  HMARKT: '',
  HOPERAT:
    'CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV TRAIN',
  HSYSADMIN: 'LABELING METAMGT',
  SYSDEV: 'HTEST',
  HPAYMT: 'CLMATTCH COVAUTH COVERAGE REMITADV',
  COVERAGE: 'ELIGDTRM ELIGVER ENROLLM MILDCRG',
  HRESCH: 'BIORCH CLINTRCH DSRCH POARCH TRANSRCH',
  CLINTRCH: 'CLINTRCHNPC CLINTRCHPC PRECLINTRCH',
  PATRQT: 'FAMRQT PWATRNY SUPNWK',
  PUBHLTH: 'DISASTER THREAT',
  TREAT: 'CLINTRL COC ETREAT POPHLTH',
  ETREAT: 'BTG ERTREAT',
};

const parents: ReadonlyMap<string, string | undefined> = (() => {
  const found = new Map<string, string | undefined>();
  for (const [parent, below] of Object.entries(children)) {
    if (!found.has(parent)) found.set(parent, undefined);
    for (const child of below.split(' ').filter((code) => code !== '')) found.set(child, parent);
  }
  return found;
})();

/** Break-glass: no other purpose includes it (B8). */
export const breakGlass = 'BTG';

/** Every purpose that a decision knows. */
export const isPurpose = (code: string): boolean => parents.has(code);

/** The purpose and, from the nearest, those that include it. */
export const purposesIncluding = (purpose: string): readonly string[] => {
  const found: string[] = [];
  for (let code: string | undefined = purpose; code !== undefined; code = parents.get(code))
    if (includesPurpose(code, purpose)) found.push(code);
  return found;
};

/** Whether a rule for the purpose `general` speaks of `special`: the same, or one below it. BTG is included in nothing but itself. */
export const includesPurpose = (general: string, special: string): boolean => {
  if (special === breakGlass) return general === breakGlass;
  for (let code: string | undefined = special; code !== undefined; code = parents.get(code)) {
    if (code === general) return true;
  }
  return false;
};
