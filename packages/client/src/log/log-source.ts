import type { TileReader } from '@chartseal/tlog';

/** Where a log is read from: a web server of tlog-tiles, or a mirror's files. Nothing of what it gives is believed. */
export type LogSource = {
  /** The newest signed note. @throws LogSourceError */
  checkpoint(): Promise<string>;
  /** @throws LogSourceError where it cannot be read; undefined where there is none */
  readonly readTile: TileReader;
  /** What the log's gateway shows of its newest anchored checkpoint; undefined where the source has none. */
  anchored(): Promise<unknown>;
};

/** The source could not be read: nothing is said about the log. */
export class LogSourceError extends Error {
  override readonly name = 'LogSourceError';
}
