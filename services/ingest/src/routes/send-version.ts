import { operationOutcome } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import { sendEmpty, sendFhir } from '@chartseal/server';
import type { Request, Response } from 'express';
import { locationOf } from '../location.ts';
import { etag } from '../versioning.ts';

/** The answer to a write, as `Prefer: return=…` wants it (R4 http.html#return); the resource itself by default. */
export const sendVersion = (
  req: Request,
  res: Response,
  status: number,
  version: StoredVersion,
  fhirBaseUrl: string,
): void => {
  res.setHeader('Location', locationOf(fhirBaseUrl, version));
  res.setHeader('ETag', etag(version.versionId));
  res.setHeader('Last-Modified', new Date(version.lastUpdated).toUTCString());
  const preference = /(?:^|[,;\s])return=(minimal|representation|OperationOutcome)(?=$|[,;\s])/.exec(
    req.get('prefer') ?? '',
  )?.[1];
  if (preference === 'minimal') sendEmpty(res, status);
  else if (preference === 'OperationOutcome') sendFhir(res, status, JSON.stringify(operationOutcome([])));
  else sendFhir(res, status, version.content);
};
