/** Where an import reads: what came with the request, files of one folder, and https below what is configured; nothing else (SSRF). */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChartsealError, type ImportInput, type ImportStore } from '@chartseal/ports';
import type { ImportConfig } from './config.ts';

export type Sources = Pick<ImportConfig, 'directory' | 'sources'> & {
  readonly imports: Pick<ImportStore, 'uploaded'>;
  readonly fetch: typeof fetch;
};

/** It cannot be read, and trying again will not help. The message is the operator's to read, and names no path. */
export class SourceRefused extends Error {}
/** It may be there again. */
export class SourceAway extends Error {}

/** Whether a URL may be read at all, by how it is written. Attacker-controlled. */
export const isAllowed = (
  url: string,
  { directory, sources }: Pick<ImportConfig, 'directory' | 'sources'>,
): boolean => {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') return false;
  if (parsed.protocol === 'https:') return sources.some((source) => parsed.href.startsWith(source));
  return parsed.protocol === 'file:' && directory !== undefined && isBelow(pathOf(parsed), directory);
};

const pathOf = (url: URL): string => {
  try {
    return url.host === '' && url.search === '' ? fileURLToPath(url) : '';
  } catch {
    return '';
  }
};

const isBelow = (path: string, directory: string): boolean => path.startsWith(directory + sep);

/** The bytes of an input from `offset` on. @throws SourceRefused, SourceAway */
export const openSource = (
  sources: Sources,
  { id, input, offset }: { readonly id: string; readonly input: ImportInput; readonly offset: number },
  signal: AbortSignal,
): AsyncIterable<Uint8Array> => {
  if (input.from.kind === 'upload') return uploaded(sources, id, offset);
  const { url } = input.from;
  if (!isAllowed(url, sources)) throw new SourceRefused('the source is not one of those that are configured');
  return url.startsWith('file:') ? file(sources, new URL(url), offset) : download(sources, url, offset, signal);
};

async function* uploaded({ imports }: Sources, id: string, offset: number): AsyncGenerator<Uint8Array> {
  for (let at = offset; ;) {
    const bytes = await imports.uploaded(id, at);
    if (bytes === undefined) return;
    yield bytes;
    at += bytes.length;
  }
}

async function* file({ directory = '' }: Sources, url: URL, offset: number): AsyncGenerator<Uint8Array> {
  let path: string;
  try {
    path = await realpath(fileURLToPath(url));
    if (!(await stat(path)).isFile()) throw new SourceRefused('the source is no file');
  } catch (cause) {
    if (cause instanceof SourceRefused) throw cause;
    throw new SourceRefused('there is no such file', { cause });
  }
  // A link inside may lead outside.
  if (!isBelow(path, directory)) throw new SourceRefused('the source is not one of those that are configured');
  try {
    yield* createReadStream(path, { start: offset, highWaterMark: 256 * 1024 });
  } catch (cause) {
    throw new SourceRefused('the file cannot be read', { cause });
  }
}

async function* download(
  { fetch }: Sources,
  url: string,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    const headers = { 'accept-encoding': 'identity', ...(offset === 0 ? {} : { range: `bytes=${offset}-` }) };
    const response = await fetch(url, { headers, redirect: 'error', signal });
    // RFC 9110 §15.5.17: nothing is left after `offset`.
    if (response.status === 416 && offset > 0) return;
    if (response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408)
      throw new SourceRefused(`the source answered ${response.status}`);
    if (response.status !== 200 && response.status !== 206)
      throw new SourceAway(`the source answered ${response.status}`);
    if ((response.headers.get('content-encoding') ?? 'identity') !== 'identity')
      throw new SourceRefused('the source answers with a content coding');
    yield* after(response, offset);
  } catch (cause) {
    if (cause instanceof SourceRefused || cause instanceof SourceAway || cause instanceof ChartsealError) throw cause;
    throw new SourceAway('the source cannot be reached, or broke off', { cause });
  }
}

async function* after(response: Response, offset: number): AsyncGenerator<Uint8Array> {
  const isPart = response.status === 206;
  if (isPart && !(response.headers.get('content-range') ?? '').startsWith(`bytes ${offset}-`))
    throw new SourceRefused('the source answered with another range');
  let skip = isPart ? 0 : offset;
  for await (const chunk of response.body ?? []) {
    if (skip < chunk.length) yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
}
