import { ChartsealError, type LogName } from '@chartseal/ports';
import { route, sendText } from '@chartseal/server';
import { parseTilePath, tileWidth } from '@chartseal/tlog';
import { Router, type RequestHandler, type Response } from 'express';
import type { AnchorDependencies } from '../dependencies.ts';

/** https://c2sp.org/tlog-tiles: what never changes may be kept for ever; a partial tile is replaced by a wider one. */
const immutable = 'public, max-age=31536000, immutable';

const sendTile = (res: Response, data: Uint8Array): void => {
  res.status(200);
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('Content-Length', data.length);
  res.setHeader('Cache-Control', immutable);
  res.end(Buffer.from(data));
};

const checkpointRoute =
  (logs: AnchorDependencies['logs'], log: LogName): RequestHandler =>
  async (_req, res) => {
    const checkpoint = await logs.checkpoint(log);
    if (checkpoint === undefined) throw new ChartsealError('not-found', 'the log has no checkpoint yet');
    res.setHeader('Cache-Control', 'no-cache');
    sendText(res, 200, checkpoint.note, 'text/plain');
  };

const tileRoute =
  (logs: AnchorDependencies['logs'], log: LogName): RequestHandler =>
  async (req, res) => {
    const tile = parseTilePath(req.path.slice(1));
    const published = await logs.checkpoint(log);
    const data = tile === undefined || published === undefined ? undefined : await logs.readTile(log, tile);
    if (tile === undefined || published === undefined || data === undefined)
      throw new ChartsealError('not-found', 'the log has no such tile');
    const hashes = Math.floor(published.treeSize / tileWidth ** (tile.level === 'entries' ? 0 : tile.level));
    // What no checkpoint covers yet is not part of the log for anyone.
    if (tile.index * tileWidth + tile.width > hashes)
      throw new ChartsealError('not-found', 'the log has no such tile yet');
    sendTile(res, data);
  };

/** One log as static tiles, mounted at `/log/records` or `/log/access`. Public: it holds commitments alone. */
export const createLogRouter = (logs: AnchorDependencies['logs'], log: LogName): Router => {
  const router = Router({ caseSensitive: true });
  route(router, '/checkpoint', { get: checkpointRoute(logs, log) });
  route(router, '/tile/:level/*path', { get: tileRoute(logs, log) });
  return router;
};
