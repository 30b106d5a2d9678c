import { operationOutcome, type Issue } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import { sendEmpty, sendFhir } from '@chartseal/server';
import type { Request, Response } from 'express';
import type { IngestDependencies } from '../dependencies.ts';
import { locationOf } from '../location.ts';
import { preferredReturn } from '../prefer.ts';
import { etag } from '../preconditions.ts';
import { representation } from '../representation.ts';
import { isBareContent } from './body.ts';

/** ETag and Last-Modified (R4 http.html#versioning). */
export const nameVersion = (res: Response, version: StoredVersion): void => {
  res.setHeader('ETag', etag(version.versionId));
  res.setHeader('Last-Modified', new Date(version.lastUpdated).toUTCString());
};

/** The answer to a write, as `Prefer: return=…` wants it (R4 http.html#return); the resource itself by default. */
export const sendVersion = async (
  dependencies: IngestDependencies,
  req: Request,
  res: Response,
  { status, version, issues }: { status: number; version: StoredVersion; issues: readonly Issue[] },
): Promise<void> => {
  res.setHeader('Location', locationOf(dependencies.fhirBaseUrl, version));
  nameVersion(res, version);
  const preferred = preferredReturn(req) ?? (isBareContent(req) ? 'minimal' : 'representation');
  if (preferred === 'minimal') sendEmpty(res, status);
  else if (preferred === 'OperationOutcome') sendFhir(res, status, JSON.stringify(operationOutcome(issues)));
  else sendFhir(res, status, await representation(dependencies, version));
};
