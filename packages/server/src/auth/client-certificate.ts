/** RFC 8705 §3: an access token that is bound to the client's certificate, which the proxy has seen in the TLS handshake. */
import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

/** `required`: a token is given to nobody who comes without a certificate. */
export type ClientCertificates = 'off' | 'optional' | 'required';

/** Set by infra/proxy on every request, empty where there is no certificate, so that no client says it itself. PEM, percent-encoded. */
export const certificateHeader = 'x-client-certificate';

/**
 * Forgets a certificate that anybody but the trusted proxy tells of: certificates are public, so whoever reaches the service beside the proxy could
 * name the one that a stolen token is bound to. To stand before all that reads it.
 */
export const proxyCertificatesOnly: RequestHandler = (req, _res, next) => {
  const isProxy = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  if (!isProxy(req.socket.remoteAddress ?? '', 0)) delete req.headers[certificateHeader];
  next();
};

const longestHeader = 16_384;

/** PEM of the certificate that the caller's TLS connection had. Undefined for none, and for what is not one. */
export const certificateOf = (req: Pick<IncomingMessage, 'headers'>): string | undefined => {
  const given = req.headers[certificateHeader];
  if (typeof given !== 'string' || given === '' || given.length > longestHeader) return undefined;
  try {
    return new X509Certificate(decodeURIComponent(given)).toString();
  } catch {
    return undefined;
  }
};

/** base64url SHA-256 of the DER encoding: `x5t#S256`. */
export const certificateThumbprint = (pem: string): string =>
  createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
