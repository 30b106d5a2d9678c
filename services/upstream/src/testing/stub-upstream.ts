/** A hospital's FHIR server in this process, as small as can be, which misbehaves when it is told to. Its pages are places in a list. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request, type Response } from 'express';
import { StubRecords, type StubVersion } from './stub-records.ts';

export type StubUpstream = {
  readonly baseUrl: string;
  readonly records: StubRecords;
  /** What was asked, without the base. */
  readonly asked: string[];
  readonly authorizations: (string | undefined)[];
  /** Answers instead of it, if it returns true. */
  before: (req: Request, res: Response, url: string) => boolean;
  sorting: 'sorts' | 'sorts by the second' | 'ignores' | 'refuses';
  /** What its links begin with. */
  linkBase: string;
  close(): Promise<void>;
};

const parameter = (req: Request, name: string, otherwise: string): string => {
  const value = req.query[name];
  return typeof value === 'string' ? value : otherwise;
};

const send = ({ records }: StubUpstream, res: Response, text: string): void => {
  res.setHeader('date', new Date(records.nowMs).toUTCString());
  res.setHeader('content-type', 'application/fhir+json');
  res.end(text);
};

const sendPage = (stub: StubUpstream, req: Request, res: Response, entries: readonly string[]): void => {
  const [count, offset] = [Number(parameter(req, '_count', '10')), Number(parameter(req, '_offset', '0'))];
  const next = new URL(req.originalUrl, stub.baseUrl);
  next.searchParams.set('_offset', String(offset + count));
  const url = new URL(next.pathname + next.search, stub.linkBase).href;
  const links = offset + count < entries.length ? JSON.stringify({ relation: 'next', url }) : '';
  const page = entries.slice(offset, offset + count).join(',');
  send(stub, res, `{"resourceType":"Bundle","type":"searchset","link":[${links}],"entry":[${page}]}`);
};

const metadata = (stub: StubUpstream, res: Response): void => {
  const interaction = ['read', 'search-type', 'history-type'].map((code) => ({ code }));
  const resource = stub.records.types.map((type) => ({ type, interaction }));
  send(stub, res, JSON.stringify({ resourceType: 'CapabilityStatement', rest: [{ mode: 'server', resource }] }));
};

const history = (stub: StubUpstream, req: Request<{ type: string }>, res: Response): void => {
  const { type } = req.params;
  const versions = stub.records.since(type, Date.parse(parameter(req as Request, '_since', '')));
  const entries = versions.toReversed().map(({ id, text }) => {
    const request = JSON.stringify({ method: text === undefined ? 'DELETE' : 'PUT', url: `${type}/${id}` });
    return text === undefined ? `{"request":${request}}` : `{"resource":${text},"request":${request}}`;
  });
  sendPage(stub, req as Request, res, entries);
};

const search = (stub: StubUpstream, req: Request<{ type: string }>, res: Response): void => {
  const sort = parameter(req as Request, '_sort', '');
  if (sort !== '' && stub.sorting === 'refuses') {
    res.status(400).json({ resourceType: 'OperationOutcome' });
    return;
  }
  const fromMs = Date.parse(parameter(req as Request, '_lastUpdated', 'ge1970-01-01').slice(2));
  const found = stub.records.newest(req.params.type).filter(({ atMs, text }) => text !== undefined && atMs >= fromMs);
  const unitMs = { sorts: 1, 'sorts by the second': 1000, ignores: Infinity, refuses: Infinity }[stub.sorting];
  const rank = ({ atMs }: StubVersion): number =>
    sort === '' ? 0 : Math.floor(atMs / unitMs) * (sort.startsWith('-') ? -1 : 1);
  const sorted = found.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
  const entries = sorted.map(({ text = '' }) => `{"resource":${text},"search":{"mode":"match"}}`);
  sendPage(stub, req as Request, res, entries);
};

const declareRoutes = (app: Express, stub: StubUpstream): void => {
  app.use((req, res, next) => {
    const url = decodeURIComponent(req.originalUrl.replace('/fhir/', ''));
    stub.asked.push(url);
    stub.authorizations.push(req.headers.authorization);
    if (!stub.before(req, res, url)) next();
  });
  app.get('/fhir/metadata', (_req, res) => metadata(stub, res));
  app.get('/fhir/:type/_history', (req, res) => history(stub, req, res));
  app.get('/fhir/:type/:id', (req, res) => {
    const found = stub.records.newest(req.params.type).find(({ id }) => id === req.params.id);
    if (found?.text === undefined) res.status(found === undefined ? 404 : 410).end();
    else send(stub, res, found.text);
  });
  app.get('/fhir/:type', (req, res) => search(stub, req, res));
};

export const openStubUpstream = async (
  types: readonly string[] = ['Patient', 'Observation'],
): Promise<StubUpstream> => {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  const stub: StubUpstream = {
    baseUrl,
    records: new StubRecords(types),
    asked: [],
    authorizations: [],
    before: () => false,
    sorting: 'sorts',
    linkBase: baseUrl,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  declareRoutes(app, stub);
  return stub;
};
