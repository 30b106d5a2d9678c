/** `Consent/$explain`: what a consent, or those in force, would let an organisation read. Nothing is disclosed by it. */
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';
import { explainWords } from '../explain/explain-words.ts';
import { explanationParameters } from '../explain/explanation-parameters.ts';
import { explanation } from '../explain/explanation.ts';
import { composedAnswer, fhirJson } from '../release/answer.ts';
import { missing, type Run } from './outcome.ts';

/** @throws ChartsealError `forbidden` to another organisation, by the token alone (C7); `malformed` */
export const explain = (deps: QueryDependencies, principal: Principal, body: string): Run => {
  if (principal.kind === 'other')
    throw new ChartsealError('forbidden', 'what consents say is for the patient and the own organisation');
  const words = explainWords(body, 'custodian');
  const { patient: id = '' } = words;
  return async () => {
    const patient = await deps.records.read({ resourceType: 'Patient', id });
    if (patient === undefined) return missing('operation', { resourceType: 'Patient', id });
    const explained = await explanation(deps, new Set(await deps.patients.united(id)), words);
    return {
      kind: 'answer',
      answer: composedAnswer(fhirJson, [], () => explanationParameters(explained)),
      trail: [
        { kind: 'query', interaction: 'operation', query: 'Consent/$explain', patient: id, decisions: [], filtered: 0 },
      ],
    };
  };
};
