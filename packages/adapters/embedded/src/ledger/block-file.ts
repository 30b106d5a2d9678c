import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A line without its line feed, and where it starts. `rest`: the file ends without a line feed. */
export type Piece = { readonly kind: 'line' | 'rest'; readonly bytes: Buffer; readonly offset: number };

const chunkSize = 1 << 20;

/** The pieces of a ledger file, in order. */
export async function* readPieces(handle: FileHandle): AsyncGenerator<Piece> {
  let carried = Buffer.alloc(0);
  let offset = 0;
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const data = Buffer.concat([carried, buffer.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      yield { kind: 'line', bytes: data.subarray(start, end), offset: offset + start };
      start = end + 1;
    }
    carried = data.subarray(start);
    offset += start;
  }
  if (carried.length > 0) yield { kind: 'rest', bytes: carried, offset };
}

/**
 * What follows the last line feed. `torn`: a write that a crash cut short, of which nothing was ever reported. `whole`: all
 * of a block but its line feed. `damaged`: a whole block and a byte that should have been a line feed.
 */
export function classifyRest(bytes: Buffer): 'torn' | 'whole' | 'damaged' {
  if (isJson(bytes)) return 'whole';
  return isJson(bytes.subarray(0, -1)) ? 'damaged' : 'torn';
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** Makes a new or changed directory entry survive a power cut. */
export async function syncDirectoryOf(path: string): Promise<void> {
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
