/** A hospital's FHIR server in this process, as small as can be, which misbehaves when it is told to. Its pages are places in a list. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';

type Version = {
  readonly id: string;
  readonly version: number;
  readonly atMs: number;
  readonly text: string | undefined;
};

export type StubUpstream = {
  readonly baseUrl: string;
  /** What was asked, without the base. */
  readonly asked: string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>[];
  /** `members`: JSON, without braces. Answers the version. */
  put(type: string, id: string, members?: string): number;
  remove(type: string, id: string): void;
  /** How long after the last version one is made, in milliseconds. */
  tickMs: number;
  /** Answers instead of it, if it returns true. */
  before: (req: Request, res: Response, url: string) => boolean;
  sorting: 'sorts' | 'ignores' | 'refuses';
  /** What its links begin with. */
  linkBase: string;
  close(): Promise<void>;
};

const parameter = (req: Request, name: string, otherwise: string): string => {
  const value = req.query[name];
  return typeof value === 'string' ? value : otherwise;
};

const started = Date.parse('2026-01-01T00:00:00.000Z');

export const openStubUpstream = async (
  types: readonly string[] = ['Patient', 'Observation'],
): Promise<StubUpstream> => {
  const histories = new Map<string, Version[]>(types.map((type) => [type, []]));
  let nowMs = started;
  const add = (type: string, id: string, text: (meta: string) => string | undefined): number => {
    const history = histories.get(type);
    if (history === undefined) throw new Error(`the stub has no ${type}`);
    nowMs += stub.tickMs;
    const version = history.filter((each) => each.id === id).length + 1;
    const meta = `"versionId":"${version}","lastUpdated":"${new Date(nowMs).toISOString()}"`;
    history.push({ id, version, atMs: nowMs, text: text(meta) });
    return version;
  };
  const newest = (type: string): readonly Version[] => [
    ...new Map((histories.get(type) ?? []).map((version) => [version.id, version])).values(),
  ];

  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  const stub: StubUpstream = {
    baseUrl,
    asked: [],
    headers: [],
    put: (type, id, members = '"active":true') =>
      add(type, id, (meta) => `{"resourceType":"${type}","id":"${id}","meta":{${meta}},${members}}`),
    remove: (type, id) => void add(type, id, () => undefined),
    tickMs: 1000,
    before: () => false,
    sorting: 'sorts',
    linkBase: baseUrl,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  const send = (res: Response, text: string): void => {
    res.setHeader('date', new Date(nowMs).toUTCString());
    res.setHeader('content-type', 'application/fhir+json');
    res.end(text);
  };
  const sendPage = (req: Request, res: Response, entries: readonly string[]): void => {
    const [count, offset] = [Number(parameter(req, '_count', '10')), Number(parameter(req, '_offset', '0'))];
    const next = new URL(req.originalUrl, stub.linkBase);
    next.searchParams.set('_offset', String(offset + count));
    const link = `{"relation":"next","url":${JSON.stringify(new URL(next.pathname + next.search, stub.linkBase).href)}}`;
    const links = offset + count < entries.length ? link : '';
    const page = entries.slice(offset, offset + count);
    send(res, `{"resourceType":"Bundle","type":"searchset","link":[${links}],"entry":[${page.join(',')}]}`);
  };

  app.use((req, res, next) => {
    const url = decodeURIComponent(req.originalUrl.replace('/fhir/', ''));
    stub.asked.push(url);
    stub.headers.push(req.headers);
    if (!stub.before(req, res, url)) next();
  });
  app.get('/fhir/metadata', (_req, res) => {
    const interaction = ['read', 'search-type', 'history-type'].map((code) => ({ code }));
    const resource = types.map((type) => ({ type, interaction }));
    send(res, JSON.stringify({ resourceType: 'CapabilityStatement', rest: [{ mode: 'server', resource }] }));
  });
  app.get('/fhir/:type/_history', (req, res) => {
    const { type } = req.params;
    const since = Date.parse(parameter(req, '_since', ''));
    const told = (histories.get(type) ?? []).filter(({ atMs }) => atMs >= since).toReversed();
    sendPage(
      req,
      res,
      told.map(({ id, text }) =>
        text === undefined
          ? `{"request":{"method":"DELETE","url":"${type}/${id}"}}`
          : `{"resource":${text},"request":{"method":"PUT","url":"${type}/${id}"}}`,
      ),
    );
  });
  app.get('/fhir/:type/:id', (req, res) => {
    const found = newest(req.params.type).find(({ id }) => id === req.params.id);
    if (found?.text === undefined) res.status(found === undefined ? 404 : 410).end();
    else send(res, found.text);
  });
  app.get('/fhir/:type', (req, res) => {
    const wantsOrder = req.query['_sort'] !== undefined;
    if (wantsOrder && stub.sorting === 'refuses')
      return void res.status(400).json({ resourceType: 'OperationOutcome' });
    const from = Date.parse(parameter(req, '_lastUpdated', 'ge1970-01-01').slice(2));
    const found = newest(req.params.type).filter(({ atMs, text }) => text !== undefined && atMs >= from);
    const isInOrder = wantsOrder && stub.sorting === 'sorts';
    const sorted = found.toSorted((a, b) => (isInOrder ? a.atMs - b.atMs : a.id < b.id ? -1 : 1));
    return sendPage(
      req,
      res,
      sorted.map(({ text = '' }) => `{"resource":${text},"search":{"mode":"match"}}`),
    );
  });
  return stub;
};
