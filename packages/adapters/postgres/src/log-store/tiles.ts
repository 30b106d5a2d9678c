import { ChartsealError } from '@chartseal/ports';
import type { LogName, Tile, TileKey } from '@chartseal/ports';
import { bigintArray, byteaArray, integerArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';

const hashSize = 32;

/** C2SP tlog-tiles numbers levels from 0; entry bundles lie below them. */
const levelOf = ({ level }: TileKey): number => (level === 'entries' ? -1 : level);

/** The bytes of the first `width` entries: each has its length before it, 16 bits (C2SP tlog-tiles, Log Entries). */
const entriesPrefix = (data: Buffer, width: number): Buffer => {
  let offset = 0;
  for (let entry = 0; entry < width; entry += 1) offset += 2 + data.readUInt16BE(offset);
  return data.subarray(0, offset);
};

const cut = (data: Buffer, { level, width }: TileKey): Uint8Array =>
  new Uint8Array(level === 'entries' ? entriesPrefix(data, width) : data.subarray(0, width * hashSize));

/** Only the widest tile of a place is kept: a narrower one is its prefix. */
export async function readTile(queryable: Queryable, log: LogName, key: TileKey): Promise<Uint8Array | undefined> {
  const [row] = await queryable.query<{ width: number; data: Buffer }>({
    name: 'read-tile',
    text: 'select width, data from tile where log = $1 and level = $2 and index = $3',
    values: [log, levelOf(key), key.index],
  });
  return row === undefined || row.width < key.width ? undefined : cut(row.data, key);
}

/**
 * Tiles only ever grow.
 * @throws ChartsealError `corrupt` if one would change what is there
 */
export async function writeTiles(transaction: Queryable, log: LogName, tiles: readonly Tile[]): Promise<void> {
  const widest = new Map<string, Tile>();
  for (const tile of tiles) {
    const place = `${tile.level}/${tile.index}`;
    if ((widest.get(place)?.width ?? 0) <= tile.width) widest.set(place, tile);
  }
  const written = [...widest.values()];
  if (written.length === 0) return;
  const rows = await transaction.query({
    name: 'write-tiles',
    text: `insert into tile as old (log, level, index, width, data)
      select $1, level, index, width, data
      from unnest($2::integer[], $3::bigint[], $4::integer[], $5::bytea[]) as t (level, index, width, data)
      on conflict (log, level, index) do update set width = excluded.width, data = excluded.data
        where old.width <= excluded.width and old.data = substring(excluded.data for length(old.data))
      returning level`,
    values: [
      log,
      integerArray(written.map(levelOf)),
      bigintArray(written.map(({ index }) => index)),
      integerArray(written.map(({ width }) => width)),
      byteaArray(written.map(({ data }) => data)),
    ],
  });
  if (rows.length !== written.length) throw new ChartsealError('corrupt', `a tile of the log ${log} would change`);
}
