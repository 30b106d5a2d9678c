import { tilePath, tileWidth } from '@chartseal/tlog';
import { LogSourceError, type LogSource } from './log-source.ts';

export type HttpLogOptions = {
  /** Of one request, its body included. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
};

const hashBytes = 32;
const kibibyte = 1024;
/** More than any honest answer has: who serves the log may be hostile. */
const limits = {
  checkpoint: 64 * kibibyte,
  bundle: 2 * kibibyte * kibibyte,
  tile: hashBytes * tileWidth,
  anchored: kibibyte * kibibyte,
};

/** A log behind a URL that ends in `/log/records` or `/log/access`, or wherever somebody serves tlog-tiles. */
export const httpLog = (
  logBaseUrl: string,
  { timeoutMs = 30_000, fetch = globalThis.fetch }: HttpLogOptions = {},
): LogSource => {
  const base = logBaseUrl.replace(/\/+$/, '');
  const get = async (path: string, limit: number): Promise<Uint8Array | undefined> => {
    const url = `${base}/${path}`;
    try {
      // A redirect could lead anywhere, this machine's own network included.
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
      if (response.status === 404) return undefined;
      if (response.status !== 200) throw new LogSourceError(`${url} answered ${response.status}`);
      return await bodyOf(response, limit, url);
    } catch (cause) {
      if (cause instanceof LogSourceError) throw cause;
      throw new LogSourceError(`${url} cannot be read`, { cause });
    }
  };
  return {
    checkpoint: async () => {
      const note = await get('checkpoint', limits.checkpoint);
      if (note === undefined) throw new LogSourceError(`${base} has no checkpoint`);
      return textOf(note);
    },
    readTile: async (tile) => {
      const limit = tile.level === 'entries' ? limits.bundle : limits.tile;
      const data = await get(tilePath(tile), limit);
      if (data !== undefined || tile.width === tileWidth) return data;
      // "Partial Tiles": a log may delete one once the full tile is there.
      const full = await get(tilePath({ ...tile, width: tileWidth }), limit);
      return tile.level === 'entries' ? full : full?.subarray(0, hashBytes * tile.width);
    },
    anchored: async () => {
      const json = await get('anchored', limits.anchored);
      try {
        return json === undefined ? undefined : (JSON.parse(textOf(json)) as unknown);
      } catch (cause) {
        throw new LogSourceError(`${base}/anchored is not JSON`, { cause });
      }
    },
  };
};

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: false }).decode(bytes);

const bodyOf = async ({ body }: Response, limit: number, url: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) throw new LogSourceError(`${url} answered more than ${limit} bytes`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};
