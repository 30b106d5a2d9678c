/** `Patient/{id}/$accounting`: the custodian's own answer to a patient who asks on paper (45 CFR 164.528). */
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { accountingCsv, accountingParameters } from '../accesses/accounting-forms.ts';
import { accountingPeriod } from '../accesses/accounting-period.ts';
import { accountingOf } from '../accesses/accounting.ts';
import { ownNames } from '../accesses/own-names.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { Parameters } from '../paging/parameters.ts';
import { composedAnswer, fhirJson } from '../release/answer.ts';
import { missing, type Run } from './outcome.ts';

export const csv = 'text/csv';

/** @throws ChartsealError `forbidden` to another organisation, by the token alone; `malformed` */
export const accounting = (
  deps: QueryDependencies,
  principal: Principal,
  key: RecordKey,
  { parameters, form }: { readonly parameters: Parameters; readonly form: 'fhir' | 'csv' },
): Run => {
  if (principal.kind === 'other')
    throw new ChartsealError('forbidden', 'an accounting of disclosures is for the patient and the own organisation');
  const period = accountingPeriod(parameters, deps.clock.wallMs());
  return async () => {
    if ((await deps.records.read(key)) === undefined) return missing('operation', key);
    const accounted = await accountingOf(deps, await ownNames(deps, key.id), period);
    const { ledgerView, organization } = deps;
    const answer =
      form === 'csv'
        ? composedAnswer(csv, [], () => accountingCsv(accounted, ledgerView))
        : composedAnswer(fhirJson, [], () => accountingParameters(accounted, organization, ledgerView));
    const query = `Patient/${key.id}/$accounting`;
    return {
      kind: 'answer',
      answer,
      trail: [{ kind: 'query', interaction: 'operation', query, patient: key.id, decisions: [], filtered: 0 }],
    };
  };
};
