import { breakGlass } from '@chartseal/consent';
import { searchParameter } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { Interaction } from '../interactions/interaction.ts';
import type { Parameters } from '../paging/parameters.ts';

const ofOne: ReadonlySet<Interaction['kind']> = new Set([
  'read',
  'vread',
  'history-instance',
  'proof',
  'meta',
  'everything',
]);

const isNamed = (asked: Interaction): boolean => {
  if (asked.kind === 'lastn') return names(asked.parameters, 'Observation');
  if (asked.kind !== 'search') return ofOne.has(asked.kind);
  if (asked.scope.level === 'compartment') return asked.scope.compartment === 'Patient';
  return asked.scope.level === 'type' && names(asked.parameters, asked.scope.resourceType);
};

/**
 * One Patient, by id or identifier, or one whose record it is. A page link continues what was named: those of other purposes are not an emergency's.
 * A parameter that the type does not have names nobody, though a lenient client may write it.
 */
const names = (parameters: Parameters, resourceType: string): boolean =>
  parameters.some(([name, value]) => {
    if (name === '_page') return true;
    if (resourceType === 'Patient')
      return (name === '_id' && isOne(value)) || (name === 'identifier' && isOneIdentifier(value));
    const [, code, identifier] = /^(patient|subject)(?::Patient)?(\.identifier)?$/.exec(name) ?? [];
    if (code === undefined || searchParameter(resourceType, code) === undefined) return false;
    return identifier === undefined ? isOne(value) : isOneIdentifier(value);
  });

/** Commas mean or. */
const isOne = (value: string): boolean => value.trim() !== '' && !value.includes(',');
/** `system|` alone means all that anybody has of it. */
const isOneIdentifier = (value: string): boolean => isOne(value) && isOne(value.slice(value.lastIndexOf('|') + 1));

/**
 * An emergency is about somebody: it does not search through a population (consent-semantics B13).
 * @throws ChartsealError `forbidden`, by the token and the request alone
 */
export const requireNamedPatient = ({ kind, purpose }: Principal, asked: Interaction): void => {
  if (kind === 'other' && purpose === breakGlass && !isNamed(asked))
    throw new ChartsealError('forbidden', 'an emergency names its patient');
};
