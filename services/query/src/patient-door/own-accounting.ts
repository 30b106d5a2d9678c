import { negotiate, queryOf, sendFhir, sendText, type PatientDoor } from '@chartseal/server';
import type { RequestHandler } from 'express';
import { accountingCsv, accountingParameters } from '../accesses/accounting-forms.ts';
import { accountingPeriod } from '../accesses/accounting-period.ts';
import { accountingOf } from '../accesses/accounting.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { csv } from '../interactions/accounting.ts';
import { ownCaller } from './own-caller.ts';

/** GET /consent/$accounting: to whom something of this patient was disclosed (45 CFR 164.528), as Parameters or, with `Accept: text/csv`, a table. */
export const ownAccountingRoute = (dependencies: QueryDependencies & PatientDoor): RequestHandler[] => [
  negotiate(['application/fhir+json', 'application/json', csv]),
  async (req, res) => {
    const own = await ownCaller(dependencies, req, '/$accounting');
    const period = accountingPeriod([...queryOf(req)], dependencies.clock.wallMs());
    const accounted = await accountingOf(dependencies, own, period);
    const { ledgerView, organization } = dependencies;
    if (/text\/csv/i.test(req.get('accept') ?? '')) sendText(res, 200, accountingCsv(accounted, ledgerView), csv);
    else sendFhir(res, 200, accountingParameters(accounted, organization, ledgerView));
  },
];
