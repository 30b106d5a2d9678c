import { bodyText, pathParameter, permits, principalOf, readText, requireOwn, sendFhir } from '@chartseal/server';
import { ChartsealError } from '@chartseal/ports';
import type { RequestHandler } from 'express';
import type { IngestDependencies } from '../dependencies.ts';
import { readResource, requireId, requireResourceType } from '../intake.ts';
import { validateOperation } from '../operations/validate.ts';

/** For who may write the type, or read it. */
const mayValidate: RequestHandler = (req, res, next) => {
  const { scopes } = requireOwnPrincipal(res);
  const resourceType = pathParameter(req, 'resourceType');
  requireResourceType(resourceType);
  if (!(['c', 'u', 'r'] as const).some((permission) => permits(scopes, resourceType, permission)))
    throw new ChartsealError('forbidden', 'the access token does not allow this');
  next();
};

const requireOwnPrincipal = (res: Parameters<typeof principalOf>[0]): ReturnType<typeof principalOf> => {
  const principal = principalOf(res);
  requireOwn(principal);
  return principal;
};

/** POST [base]/[type]/$validate and POST [base]/[type]/[id]/$validate */
export const validateRoute = (dependencies: IngestDependencies): readonly RequestHandler[] => [
  mayValidate,
  readText(),
  async (req, res) => {
    const { id } = req.params;
    const outcome = await validateOperation(dependencies, {
      resourceType: pathParameter(req, 'resourceType'),
      id: typeof id === 'string' ? requireId(id) : undefined,
      incoming: readResource(bodyText(req)),
    });
    sendFhir(res, 200, JSON.stringify(outcome));
  },
];
