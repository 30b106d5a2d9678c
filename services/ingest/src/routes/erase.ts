import { ChartsealError } from '@chartseal/ports';
import {
  bodyText,
  pathParameter,
  permitsErasure,
  principalOf,
  readText,
  requireOwn,
  sendFhir,
} from '@chartseal/server';
import type { RequestHandler } from 'express';
import type { RouteDependencies } from '../dependencies.ts';
import { readResource, requireId, requireResourceType } from '../intake.ts';
import { eraseRecord, erasureParameters } from '../operations/erase.ts';
import { readParameters } from '../operations/parameters.ts';

/** A role of its own: who may write and delete everything may still destroy nothing. */
const mayErase: RequestHandler = (req, res, next) => {
  const principal = principalOf(res);
  requireOwn(principal);
  requireResourceType(pathParameter(req, 'resourceType'));
  if (!permitsErasure(principal.scopes)) throw new ChartsealError('forbidden', 'the access token does not allow this');
  next();
};

/** POST [base]/[type]/[id]/$erase */
export const eraseRoute = (dependencies: RouteDependencies): readonly RequestHandler[] => [
  mayErase,
  readText(),
  async (req, res) => {
    if (bodyText(req) !== '') readParameters(readResource(bodyText(req)).resource, []);
    const subject = { resourceType: pathParameter(req, 'resourceType'), id: requireId(pathParameter(req, 'id')) };
    const outcome = await eraseRecord(dependencies, subject);
    const { erasureId, versions } = outcome;
    dependencies.log.warn({ erasureId, versions, clientId: principalOf(res).clientId }, 'versions were erased');
    sendFhir(res, 200, JSON.stringify(erasureParameters(outcome)));
  },
];
