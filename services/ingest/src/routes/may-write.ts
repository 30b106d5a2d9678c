import type { RequestHandler } from 'express';
import { pathParameter, principalOf, requireScope, requireOwn, type Permission } from '@chartseal/server';
import { requireResourceType } from '../intake.ts';

/** What the token alone tells, and whether R4 has the type: before a byte of the body is read. */
export const mayWrite =
  (permission: Permission): RequestHandler =>
  (req, res, next) => {
    const principal = principalOf(res);
    requireOwn(principal);
    const resourceType = pathParameter(req, 'resourceType');
    requireResourceType(resourceType);
    requireScope(principal, resourceType, permission);
    next();
  };
