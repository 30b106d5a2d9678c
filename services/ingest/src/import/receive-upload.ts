import { ChartsealError, type ImportStore } from '@chartseal/ports';

const pieceBytes = 1024 * 1024;

/**
 * Keeps what comes with the request, piece by piece, durable before the next is read: so many bytes are held, however many come.
 * @throws ChartsealError `too-large`; `malformed` if it ends early
 */
export const receiveUpload = async (
  imports: Pick<ImportStore, 'append'>,
  id: string,
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<number> => {
  let offset = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  const keep = async (): Promise<void> => {
    const piece = Buffer.concat(parts);
    [parts, size] = [[], 0];
    await imports.append(id, offset, piece);
    offset += piece.length;
  };
  for await (const chunk of untilBroken(body)) {
    parts.push(chunk);
    size += chunk.length;
    if (offset + size > limitBytes) throw new ChartsealError('too-large', `the body has more than ${limitBytes} bytes`);
    if (size >= pieceBytes) await keep();
  }
  if (size > 0) await keep();
  return offset;
};

async function* untilBroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new ChartsealError('malformed', 'the body ended early', {}, { cause });
  }
}
