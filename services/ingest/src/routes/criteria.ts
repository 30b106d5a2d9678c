import { pathParameter } from '@chartseal/server';
import type { Request } from 'express';
import { parseCondition, type Condition } from '../condition.ts';
import { searchContext, type IngestDependencies } from '../dependencies.ts';
import type { Preconditions } from '../preconditions.ts';

/** The condition that a conditional update, patch or delete has in its URL. @throws ChartsealError `malformed` where there is none */
export const criteriaOf = (dependencies: IngestDependencies, req: Request): Condition => {
  const start = req.originalUrl.indexOf('?');
  const criteria = start === -1 ? '' : req.originalUrl.slice(start + 1);
  return parseCondition(pathParameter(req, 'resourceType'), criteria, 'criteria', searchContext(dependencies));
};

export const preconditionsOf = (req: Request): Preconditions => ({
  ifMatch: req.get('if-match'),
  ifNoneMatch: req.get('if-none-match'),
});
