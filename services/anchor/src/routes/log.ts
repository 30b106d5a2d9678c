import { type Cache, ChartsealError, type CosignatureStore, type LogName, type LogStore } from '@chartseal/ports';
import { cosignedNote, route, sendText } from '@chartseal/server';
import { parseTilePath, type TileCoordinates, tilePath, tileWidth } from '@chartseal/tlog';
import { Router, type RequestHandler, type Response } from 'express';

/** https://c2sp.org/tlog-tiles: what never changes may be kept for ever; a partial tile is replaced by a wider one. */
const immutable = 'public, max-age=31536000, immutable';

const sendTile = (res: Response, data: Uint8Array): void => {
  res.status(200);
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('Content-Length', data.length);
  res.setHeader('Cache-Control', immutable);
  res.end(Buffer.from(data));
};

export type ServedLog = {
  readonly logs: Pick<LogStore, 'checkpoint' | 'anchored' | 'readTile'>;
  readonly cosignatures: Pick<CosignatureStore, 'of'>;
  readonly cache: Cache;
  readonly origin: string;
};

const checkpointRoute =
  ({ logs, cosignatures }: ServedLog, log: LogName): RequestHandler =>
  async (_req, res) => {
    const checkpoint = await logs.checkpoint(log);
    if (checkpoint === undefined) throw new ChartsealError('not-found', 'the log has no checkpoint yet');
    res.setHeader('Cache-Control', 'no-cache');
    sendText(res, 200, await cosignedNote(cosignatures, log, checkpoint.note), 'text/plain');
  };

/** The newest checkpoint that the ledger holds, and what shows it: for an auditor who has no access to the ledger. */
const anchoredRoute =
  ({ logs, cosignatures }: ServedLog, log: LogName): RequestHandler =>
  async (_req, res) => {
    const anchored = await logs.anchored(log);
    if (anchored === undefined) throw new ChartsealError('not-found', 'nothing of the log is on the ledger yet');
    const { receipt } = anchored;
    const note = await cosignedNote(cosignatures, log, anchored.note);
    res.setHeader('Cache-Control', 'no-cache');
    sendText(res, 200, JSON.stringify({ type: 'chartseal-anchored/v1', note, receipt }), 'application/json');
  };

const tileRoute =
  (served: ServedLog, log: LogName): RequestHandler =>
  async (req, res) => {
    const tile = parseTilePath(req.path.slice(1));
    const published = await served.logs.checkpoint(log);
    if (tile === undefined || published === undefined)
      throw new ChartsealError('not-found', 'the log has no such tile');
    const hashes = Math.floor(published.treeSize / tileWidth ** (tile.level === 'entries' ? 0 : tile.level));
    // What no checkpoint covers yet is not part of the log for anyone.
    if (tile.index * tileWidth + tile.width > hashes)
      throw new ChartsealError('not-found', 'the log has no such tile yet');
    const data = await readTile(served, log, tile);
    if (data === undefined) throw new ChartsealError('not-found', 'the log has no such tile');
    sendTile(res, data);
  };

/**
 * No longer: a store that was restored from a backup may write a tile anew that a checkpoint had covered and no anchor; the cache must not
 * remember the old one for ever.
 */
const keptMs = 3_600_000;

/** A full tile that a checkpoint covers never changes. A partial one is asked for while it is new, and then never again. */
const readTile = async (
  { logs, cache, origin }: ServedLog,
  log: LogName,
  tile: TileCoordinates,
): Promise<Uint8Array | undefined> => {
  if (tile.width < tileWidth) return logs.readTile(log, tile);
  const key = `tile ${origin} ${tilePath(tile)}`;
  const kept = await cache.get(key);
  if (kept !== undefined) return kept;
  const data = await logs.readTile(log, tile);
  // Nobody waits for it, and it never rejects.
  if (data !== undefined) void cache.set(key, data, keptMs);
  return data;
};

/** One log as static tiles, mounted at `/log/records` or `/log/access`. Public: it holds commitments alone. */
export const createLogRouter = (served: ServedLog, log: LogName): Router => {
  const router = Router({ caseSensitive: true });
  // Public, and read without credentials: a page of any origin may verify it.
  router.use((_req, res, next) => {
    res.setHeader('Access-Control-Allow-Origin', '*');
    next();
  });
  route(router, '/checkpoint', { get: checkpointRoute(served, log) });
  route(router, '/anchored', { get: anchoredRoute(served, log) });
  route(router, '/tile/:level/*path', { get: tileRoute(served, log) });
  return router;
};
