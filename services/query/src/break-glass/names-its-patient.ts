import { breakGlass } from '@chartseal/consent';
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { Interaction } from '../interactions/interaction.ts';

const isNamed = (asked: Interaction): boolean => {
  switch (asked.kind) {
    case 'read':
    case 'vread':
    case 'history-instance':
    case 'proof':
    case 'meta':
    case 'everything':
      return true;
    case 'search':
      if (asked.scope.level === 'compartment') return asked.scope.compartment === 'Patient';
      return asked.scope.level === 'type' && names(asked.parameters, asked.scope.resourceType);
    case 'lastn':
      return names(asked.parameters, 'Observation');
    default:
      return false;
  }
};

/** Without a modifier, and one value: a Patient by id or identifier, or whose record it is. A page link continues what was named. */
const names = (parameters: readonly (readonly [string, string])[], resourceType: string): boolean => {
  const naming = resourceType === 'Patient' ? ['_id', 'identifier', '_page'] : ['patient', 'subject', '_page'];
  return parameters.some(([name, value]) => naming.includes(name) && !value.includes(','));
};

/**
 * An emergency is about somebody: it does not search through a population (consent-semantics B13).
 * @throws ChartsealError `forbidden`, by the token and the request alone
 */
export const requireNamedPatient = ({ kind, purpose }: Principal, asked: Interaction): void => {
  if (kind === 'other' && purpose === breakGlass && !isNamed(asked))
    throw new ChartsealError('forbidden', 'an emergency names its patient');
};
