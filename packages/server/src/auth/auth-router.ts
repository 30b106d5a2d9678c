import { Router, type RequestHandler } from 'express';
import { route } from '../http/route.ts';
import { sendText } from '../http/send-fhir.ts';
import { type AuthorizationServerOptions, authorizationServer } from './authorization-server.ts';
import type { Issuer } from './issuer.ts';

/** RFC 6749 §5.2 in place of an OperationOutcome: at the token endpoint errors are OAuth's. */
const onlyPost: RequestHandler = (_req, res) => {
  res.setHeader('Allow', 'POST');
  sendText(res, 405, '{"error":"invalid_request","error_description":"use POST"}', 'application/json');
};

/** oidc-provider compares URLs with the request's: give it ours, so that neither Host nor a proxy's headers say who we are. */
const asIssuer = ({ issuer }: Issuer): RequestHandler => {
  const { host, protocol, pathname } = new URL(issuer);
  return (req, _res, next) => {
    req.headers.host = host;
    req.headers['x-forwarded-host'] = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    req.headers.accept = 'application/json';
    req.originalUrl = `${pathname}${req.url}`;
    next();
  };
};

/** The router to mount at `/auth`: the token endpoint and the keys that verify its tokens. */
export const authRouter = (options: AuthorizationServerOptions): Router => {
  const provider = authorizationServer(options);
  const callback = provider.callback();
  const serve: RequestHandler = async (req, res) => {
    res.setHeader('Pragma', 'no-cache');
    await callback(req, res);
  };
  const router = Router();
  const own = asIssuer(options.issuer);
  route(router, '/token', { get: onlyPost, post: [own, serve], put: onlyPost, patch: onlyPost, delete: onlyPost });
  route(router, '/jwks', { get: [own, serve] });
  return router;
};
