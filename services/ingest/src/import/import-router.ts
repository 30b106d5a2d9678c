/** `POST [base]/$import`, and what becomes of it below `[base]/$import-status`. For the own organisation alone. */
import { once } from 'node:events';
import { ChartsealError, type ImportInput, type ImportJob, type ImportStore } from '@chartseal/ports';
import {
  bodyText,
  bodyType,
  pathParameter,
  permits,
  principalOf,
  readText,
  requireOwn,
  requireScope,
  route,
} from '@chartseal/server';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { refusal } from '../intake.ts';
import type { ImportConfig } from './config.ts';
import { ndjsonTypes, readImportRequest } from './import-request.ts';
import { manifest, progressText, statusUrl } from './import-status.ts';
import { receiveUpload } from './receive-upload.ts';

export type ImportRoutes = {
  readonly imports: ImportStore;
  readonly config: ImportConfig;
  readonly fhirBaseUrl: string;
  readonly randomUuid: () => string;
};

const parametersLimitBytes = 1024 * 1024;

/** What the token alone tells, before a byte is read. */
const mayImport: RequestHandler = (_req, res, next) => {
  const principal = principalOf(res);
  requireOwn(principal);
  requireScope(principal, '*', 'c');
  next();
};

const requireAsync: RequestHandler = (req, _res, next) => {
  const preferred = (req.get('prefer') ?? '').split(/[,;]/).map((each) => each.trim().toLowerCase());
  if (preferred.includes('respond-async')) return next();
  throw refusal('malformed', { code: 'required', diagnostics: 'an import is asynchronous: say Prefer: respond-async' });
};

const isUpload = (req: Request): boolean => ndjsonTypes.includes(bodyType(req));

const readParameters: RequestHandler = (req, res, next) =>
  isUpload(req) ? next() : readText({ limitBytes: parametersLimitBytes })(req, res, next);

const inputsOf = async (
  { imports, config }: ImportRoutes,
  req: Request,
  id: string,
): Promise<readonly ImportInput[]> => {
  if (!isUpload(req)) return readImportRequest(bodyText(req), config);
  if ((req.get('content-encoding') ?? 'identity') !== 'identity')
    throw new ChartsealError('unsupported-media-type', 'the body must have no content coding');
  const bytes = await receiveUpload(imports, id, req, config.uploadBytes);
  if (bytes === 0) throw refusal('malformed', { code: 'required', diagnostics: 'the body is empty' });
  return [{ from: { kind: 'upload' } }];
};

const kickOff =
  (routes: ImportRoutes): RequestHandler =>
  async (req, res) => {
    const { organization, scopes } = principalOf(res);
    const { imports, fhirBaseUrl, randomUuid } = routes;
    const id = randomUuid();
    const inputs = await inputsOf(routes, req, id);
    const updates = permits(scopes, '*', 'u') ? 'allowed' : 'refused';
    await imports.accept({ id, organization, request: `${fhirBaseUrl}/$import`, updates, inputs });
    res.status(202).set('Content-Location', statusUrl(fhirBaseUrl, id)).end();
  };

/** Of another organisation's nothing is told, not even that it is there. */
const jobOf = async ({ imports }: ImportRoutes, req: Request, res: Response): Promise<ImportJob> => {
  const job = await imports.job(pathParameter(req, 'id'));
  if (job !== undefined && job.organization === principalOf(res).organization) return job;
  throw refusal('not-found', { code: 'not-found', diagnostics: 'there is no such import' });
};

const status =
  (routes: ImportRoutes): RequestHandler =>
  async (req, res) => {
    const job = await jobOf(routes, req, res);
    res.set('Cache-Control', 'no-store');
    if (job.finishedAtMs === undefined) {
      res
        .status(202)
        .set({ 'X-Progress': progressText(job), 'Retry-After': '1' })
        .end();
      return;
    }
    res
      .status(200)
      .type('application/json')
      .send(JSON.stringify(manifest(routes.fhirBaseUrl, job)));
  };

const cancel =
  (routes: ImportRoutes): RequestHandler =>
  async (req, res) => {
    const { id } = await jobOf(routes, req, res);
    await routes.imports.remove(id);
    res.status(202).end();
  };

const page = 500;

const errors =
  (routes: ImportRoutes): RequestHandler =>
  async (req, res) => {
    const { id } = await jobOf(routes, req, res);
    res.status(200).set({ 'Content-Type': 'application/fhir+ndjson', 'Cache-Control': 'no-store' });
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    let after: { readonly input: number; readonly line: number } | undefined;
    for (;;) {
      const found = await routes.imports.errors(id, { limit: page, ...(after === undefined ? {} : { after }) });
      const text = found.map(({ outcome }) => `${outcome}\n`).join('');
      if (gone.signal.aborted) return;
      if (text !== '' && !res.write(text)) await once(res, 'drain', { signal: gone.signal }).catch(() => undefined);
      after = found.at(-1);
      if (found.length < page) break;
    }
    res.end();
  };

/** Mounted before the routes of resource types, one of which would take `$import` for a type. */
export const createImportRouter = (routes: ImportRoutes, authenticate: RequestHandler): Router => {
  const router = Router({ caseSensitive: true });
  const guarded = [authenticate, mayImport];
  route(router, '/$import', { post: [...guarded, requireAsync, readParameters, kickOff(routes)] });
  route(router, '/$import-status/:id', { get: [...guarded, status(routes)], delete: [...guarded, cancel(routes)] });
  route(router, '/$import-status/:id/errors', { get: [...guarded, errors(routes)] });
  return router;
};
