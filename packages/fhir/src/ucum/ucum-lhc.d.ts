/** The part of @lhncbc/ucum-lhc that is used here; it brings no types. */
declare module '@lhncbc/ucum-lhc' {
  type Dimension = { readonly dimVec_: readonly number[] | null };
  type Unit = {
    /** Of one unit, in base units. */
    readonly magnitude_: number;
    readonly dim_: Dimension | null;
    /** Name of the function that converts a special unit such as Cel. */
    readonly cnv_: string | null;
    readonly isArbitrary_: boolean;
    /** The exponent of mole: Avogadro's number is no dimension in UCUM. */
    readonly moleExp_: number;
    convertFrom(value: number, unit: Unit): number;
  };
  type Specified = { readonly status: 'valid' | 'invalid' | 'error'; readonly unit: Unit | null };
  type Utils = { getSpecifiedUnit(code: string, action: 'validate' | 'convert'): Specified };
  const ucum: { readonly UcumLhcUtils: { getInstance(): Utils } };
  export default ucum;
}
