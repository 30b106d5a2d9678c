import { labelsOf, type ValueSets } from '@chartseal/consent';
import type { ExaminedContent } from './examined-content.ts';
import { areOrdinary } from './ordinary-labels.ts';
import type { Verdict } from './verdict.ts';

/**
 * What nobody is the subject of is shown where something released references it (B11): it is then a part of that record. What
 * the patients deny it does not escape (B1), and what is labelled beyond the ordinary needs their permit like the record
 * itself: a Medication may tell of HIV where the request for it names no code.
 *
 * @param said what they say of it as of a record of theirs
 */
export const besideVerdict = ({ resource }: ExaminedContent, said: Verdict, valueSets: ValueSets): Verdict => {
  if (said.effect === 'permit') return { ...said, reason: 'referenced', basis: [] };
  if (said.reason === 'denied-by-consent' || !areOrdinary(labelsOf(resource, valueSets))) return said;
  return { effect: 'permit', reason: 'referenced', basis: [], obligations: [] };
};
