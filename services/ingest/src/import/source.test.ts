import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isAllowed, openSource, SourceAway, SourceRefused } from './source.ts';

const sources = ['https://data.example/export/'];
const signal = new AbortController().signal;

describe('What an import may read', () => {
  let outside: string;
  let directory: string;
  before(async () => {
    outside = await realpath(await mkdtemp(join(tmpdir(), 'chartseal-source-')));
    directory = await realpath(await mkdtemp(join(outside, 'in-')));
    await writeFile(join(outside, 'secret'), 'secret');
    await writeFile(join(directory, 'a.ndjson'), '0123456789');
    await symlink(join(outside, 'secret'), join(directory, 'link'));
  });
  after(() => rm(outside, { recursive: true, force: true }));

  const inside = (name: string): string => `${pathToFileURL(directory).href}/${name}`;
  const read = async (url: string, offset: number, answer?: typeof fetch): Promise<string> => {
    const missing: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
    const from = { directory, sources, imports: { uploaded: async () => undefined }, fetch: answer ?? missing };
    const source = openSource(from, { id: 'x', input: { from: { kind: 'url', url } }, offset }, signal);
    const parts: Uint8Array[] = [];
    for await (const part of source) parts.push(part);
    return Buffer.concat(parts).toString();
  };

  it('is below the folder or one of the sources, however the URL is written', () => {
    const allowed = [
      inside('a.ndjson'),
      inside('b/../a.ndjson'),
      'https://data.example/export/a',
      'https://DATA.example:443/export/a',
    ];
    const refused = [
      inside('../secret'),
      inside('%2e%2e/secret'),
      inside('..%2fsecret'),
      inside('a.ndjson?x'),
      inside('a.ndjson#x'),
      pathToFileURL(directory).href,
      `${pathToFileURL(directory).href}x/a`,
      `file://host${pathToFileURL(directory).pathname}/a`,
      'http://data.example/export/a',
      'https://data.example/exported',
      'https://data.example/export/../private',
      'https://data.example/export/%2e%2e/private',
      'https://data.example.evil.example/export/a',
      'https://user@data.example/export/a',
      'https://data.example:8443/export/a',
      'https://127.0.0.1/export/a',
      'ftp://data.example/export/a',
      'data:text/plain,x',
      'a.ndjson',
      '',
    ];
    deepEqual(
      [...allowed, ...refused].filter((url) => isAllowed(url, { directory, sources })),
      allowed,
    );
    equal(isAllowed(inside('a.ndjson'), { directory: undefined, sources: [] }), false);
  });

  it('is read from where it is to go on, and never through a link that leads outside', async () => {
    equal(await read(inside('a.ndjson'), 4), '456789');
    equal(await read(inside('a.ndjson'), 99), '');
    for (const name of ['link', 'absent', '.']) await rejects(async () => read(inside(name), 0), SourceRefused, name);
  });

  it('over https follows nobody elsewhere, and goes on whether or not ranges are offered', async () => {
    const url = 'https://data.example/export/a';
    const asked: RequestInit[] = [];
    const answering =
      (status: number, body: string, headers: Record<string, string> = {}): typeof fetch =>
      async (_, init) => {
        asked.push(init ?? {});
        return new Response(status === 416 ? null : body, { status, headers });
      };
    equal(await read(url, 0, answering(200, '0123')), '0123');
    equal(await read(url, 2, answering(200, '0123')), '23');
    equal(await read(url, 2, answering(206, '23', { 'content-range': 'bytes 2-3/4' })), '23');
    equal(await read(url, 4, answering(416, '')), '');
    deepEqual(
      asked.map(({ redirect }) => redirect),
      ['error', 'error', 'error', 'error'],
    );
    equal(new Headers(asked[1]?.headers).get('range'), 'bytes=2-');
    await rejects(async () => read(url, 2, answering(206, '01', { 'content-range': 'bytes 0-1/4' })), SourceRefused);
    await rejects(async () => read(url, 0, answering(404, '')), SourceRefused);
    await rejects(async () => read(url, 0, answering(503, '')), SourceAway);
    await rejects(async () => read(url, 0), SourceAway);
  });
});
