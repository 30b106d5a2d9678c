import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Labels } from '../label/labels-of.ts';
import { includesSensitivity, isSensitivity } from '../label/sensitivity.ts';
import { matchLabels } from './match-labels.ts';

/** All of v3 ActCode, InformationSensitivityPolicy, that consents may name. */
const codes = (
  'ETH GDIS HIV MST SCA SDV SEX SPI STD TBOO VIO SICKLE DEMO DOB GENDER LIVARG MARST RACE REL B EMPL LOCIS SSP ADOL CEL DIA DRGIS EMP PDS PHY PRS ' +
  'BH MH PSY PSYTHPN SUD COGN DVD EMOTDIS ETHUD OPIOIDUD'
).split(' ');
const labelled = (...sensitivities: readonly string[]): Labels => ({
  kind: 'labelled',
  confidentiality: sensitivities.length === 0 ? 'N' : 'R',
  sensitivities,
});

describe('B10 sensitivity codes, each against each', () => {
  for (const listed of codes)
    it(`${listed} permits what it includes and nothing else, and denies at least that`, () => {
      assert.ok(isSensitivity(listed));
      for (const found of codes) {
        const isIncluded = includesSensitivity(listed, found);
        assert.equal(matchLabels('permit', [listed], labelled(found)), isIncluded ? 'yes' : 'no', found);
        const denied = matchLabels('deny', [listed], labelled(found));
        if (isIncluded) assert.equal(denied, 'yes', found);
        if (includesSensitivity(found, listed)) assert.notEqual(denied, 'no', found);
      }
      assert.equal(matchLabels('deny', [listed], labelled()), 'no');
    });

  it('which of two that v3 puts side by side was meant is in doubt, so a denial holds and a permit does not', () => {
    for (const [a, b] of [
      ['BH', 'PSY'],
      ['MH', 'PSY'],
      ['ETH', 'SUD'],
      ['ETH', 'OPIOIDUD'],
      ['SDV', 'VIO'],
      ['HIV', 'STD'],
      ['SPI', 'HIV'],
      ['SPI', 'ETH'],
    ] as const)
      for (const [listed, found] of [
        [a, b],
        [b, a],
      ] as const) {
        assert.equal(matchLabels('deny', [listed], labelled(found)), 'maybe', `${listed} ${found}`);
        assert.equal(matchLabels('permit', [listed], labelled(found)), 'no', `${listed} ${found}`);
      }
  });
});
