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
    /** The exponent of the equivalent, which UCUM counts in the same number. */
    readonly equivalentExp_: number;
    convertFrom(value: number, unit: Unit): number;
  };
  /** With the code as it should have been: another one if the parser took something for it. Throws for some that it cannot read. */
  type Parsed = readonly [unit: Unit | null, code: string | null, ...rest: unknown[]];
  type Parser = { parseString(code: string, action: 'validate' | 'convert'): Parsed };
  const ucum: {
    readonly UcumLhcUtils: { getInstance(): { readonly uStrParser_: Parser } };
    readonly UnitTables: { getInstance(): { getUnitByCode(code: string): Unit | null | undefined } };
  };
  export default ucum;
}
