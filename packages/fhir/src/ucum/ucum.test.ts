import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalQuantity } from './canonical-quantity.ts';
import { ucumFault } from './units.ts';

describe('a quantity in base units', () => {
  it('is one for whatever is equal', () => {
    const equal: readonly (readonly [string, string])[][] = [
      [
        ['5.4', 'mg'],
        ['0.0054', 'g'],
        ['5400', 'ug'],
        ['5.4e-3', 'g'],
      ],
      [
        ['37', 'Cel'],
        ['310.15', 'K'],
        ['98.6', '[degF]'],
      ],
      [
        ['1', 'mmol/L'],
        ['1000', 'umol/L'],
        ['1e-3', 'mol/L'],
      ],
      [
        ['60', '/min'],
        ['1', '/s'],
        ['1', 'Hz'],
      ],
      [
        ['120', 'mm[Hg]'],
        ['12', 'cm[Hg]'],
      ],
      [
        ['1', 'd'],
        ['24', 'h'],
        ['86400', 's'],
      ],
    ];
    for (const group of equal)
      assert.equal(new Set(group.map(([value, code]) => JSON.stringify(canonicalQuantity(value, code)))).size, 1);
  });

  it('is none for what does not convert', () => {
    for (const code of ['no-such-unit', '', 'milligram', '[iU]', ' mg', 'mg '])
      assert.equal(canonicalQuantity('1', code), undefined);
    assert.notEqual(canonicalQuantity('1', 'mol')?.unit, canonicalQuantity('1', '{count}')?.unit);
    assert.notEqual(canonicalQuantity('1', 'eq')?.unit, canonicalQuantity('1', '1')?.unit);
    assert.notEqual(canonicalQuantity('1', 'eq')?.unit, canonicalQuantity('1', 'mol')?.unit);
    assert.notEqual(canonicalQuantity('1', 'mg')?.unit, canonicalQuantity('1', 'mg/L')?.unit);
  });

  it('does not depend on the prefix', () => {
    const prefixes: readonly (readonly [string, number])[] = [
      ['k', 3],
      ['', 0],
      ['m', -3],
      ['u', -6],
      ['n', -9],
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999 }),
        fc.integer({ min: -3, max: 3 }),
        fc.constantFrom(...prefixes),
        fc.constantFrom('g', 'L', 'mol', 'm'),
        (digits, exponent, [prefix, power], unit) => {
          const scaled = `${digits}e${exponent - power}`;
          assert.deepEqual(
            canonicalQuantity(scaled, `${prefix}${unit}`),
            canonicalQuantity(`${digits}e${exponent}`, unit),
          );
        },
      ),
    );
  });

  it('tells what is no code', () => {
    for (const code of ['mg', '[iU]/L', '{score}', '10*3/uL', '%', '1']) assert.equal(ucumFault(code), undefined, code);
    for (const code of ['milligram', 'mgs', 'no-such', '', 'constructor', '__proto__', 'm'.repeat(5000)])
      assert.notEqual(ucumFault(code), undefined, code);
  });

  it('never writes a code to the console, whatever a client sends for one', (context) => {
    const log = context.mock.method(console, 'log');
    const odd = fc.string({ unit: fc.constantFrom(...'(){}[]/.m2g-+^*% '.split('')), maxLength: 12 });
    fc.assert(
      fc.property(odd, (code) => assert.doesNotThrow(() => ucumFault(code))),
      {
        examples: [['{a}{b}0'], ['(mg)(mg)0'], ['parens_placeholder0parens_placeholder']],
      },
    );
    assert.equal(log.mock.callCount(), 0);
  });
});
