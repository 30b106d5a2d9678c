import type { ResultParameters } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';

/**
 * How many there are tells of what is hidden (C4).
 * @throws ChartsealError `forbidden`
 */
export const refuseCounting = (
  { kind }: Principal,
  { count, summary, total }: { [Name in 'count' | 'summary' | 'total']?: ResultParameters[Name] | undefined },
): void => {
  if (kind === 'other' && (count === 0 || summary === 'count' || total === 'accurate')) {
    throw new ChartsealError('forbidden', 'another organisation is not told how many there are');
  }
};
