import type { Request } from 'express';

/**
 * Where a request came from, for the trail of failed authentications: the proxy's word if one of ours is said to stand before this service (`TRUSTED_PROXY`,
 * Express's `trust proxy`), else the connection's other end. Never more than an address is long.
 */
export const callerAddress = (req: Request): string => (req.ip ?? 'unknown').slice(0, 45);
