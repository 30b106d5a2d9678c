/**
 * Consent-semantics B10. Confidentiality and sensitivity codes of v3, version 2018-08-12, as published with FHIR R4:
 * https://hl7.org/fhir/R4/v3/Confidentiality/cs.html and https://hl7.org/fhir/R4/v3/InformationSensitivityPolicy/vs.html.
 */

/** From unrestricted to very restricted. */
export const confidentialities = ['U', 'L', 'M', 'N', 'R', 'V'] as const;
export type Confidentiality = (typeof confidentialities)[number];

export const isConfidentiality = (code: string): code is Confidentiality =>
  (confidentialities as readonly string[]).includes(code);

export const isAtMost = (lower: Confidentiality, upper: Confidentiality): boolean =>
  confidentialities.indexOf(lower) <= confidentialities.indexOf(upper);

export const highest = (...levels: readonly Confidentiality[]): Confidentiality =>
  levels.reduce((a, b) => (isAtMost(a, b) ? b : a), 'U');

const topCodes = (codes: string): Record<string, string> =>
  Object.fromEntries(codes.split(' ').map((code) => [code, '']));

/** Each code with the one above it; '' at the top. */
const parents: Readonly<Record<string, string>> = {
  ...topCodes('ETH GDIS HIV MST SCA SDV SEX SPI STD TBOO VIO SICKLE'),
  ...topCodes('DEMO DOB GENDER LIVARG MARST RACE REL B EMPL LOCIS SSP ADOL CEL DIA DRGIS EMP PDS PHY PRS'),
  BH: 'SPI',
  MH: 'SPI',
  PSY: 'SPI',
  PSYTHPN: 'SPI',
  SUD: 'SPI',
  COGN: 'BH',
  DVD: 'BH',
  EMOTDIS: 'BH',
  ETHUD: 'SUD',
  OPIOIDUD: 'SUD',
};

export const isSensitivity = (code: string): boolean => Object.hasOwn(parents, code);

/** The same code, or one below it. */
export const includesSensitivity = (general: string, special: string): boolean => {
  for (let code: string | undefined = special; code !== undefined && code !== ''; code = parents[code]) {
    if (code === general) return true;
  }
  return false;
};

/**
 * Codes that v3 puts side by side although one record can deserve either; where a rule denies, one stands for all of its row. PCF
 * places ETHUD and OPIOIDUD below ETH, later releases of v3 place MH and PSY below BH.
 */
const akin: readonly ReadonlySet<string>[] = [
  ['BH', 'MH', 'PSY', 'PSYTHPN', 'EMOTDIS'],
  ['BH', 'ETH', 'SUD', 'ETHUD', 'OPIOIDUD'],
  ['SDV', 'VIO'],
  ['HIV', 'STD'],
].map((row) => new Set(row));

/** What SPI, specially protected information, can be: any of these. */
const speciallyProtected: ReadonlySet<string> = new Set('SPI ETH GDIS HIV SCA SDV SEX SICKLE STD VIO'.split(' '));

/** Whether a record labelled `found` may be what a denying rule lists: what is coded only as the wider may be the narrower. */
export const mayBeSensitivity = (listed: string, found: string): boolean =>
  includesSensitivity(listed, found) ||
  includesSensitivity(found, listed) ||
  akin.some((row) => row.has(listed) && row.has(found)) ||
  (listed === 'SPI' && speciallyProtected.has(found)) ||
  (found === 'SPI' && speciallyProtected.has(listed));
