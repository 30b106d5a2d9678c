/** http://ndjson.org: each line a JSON text. A line is held, the input is not. */

/** More than any resource that a request may bring. */
export const longestLineBytes = 50 * 1024 * 1024;

export type Line = {
  /** From 1, blank ones counted. */
  readonly number: number;
  /** Of the first byte after it, in the input. */
  readonly end: number;
} & ({ readonly kind: 'text'; readonly text: string } | { readonly kind: 'unreadable'; readonly why: string });

const newline = 0x0a;

const decode = (
  bytes: Uint8Array,
): Pick<Line & { kind: 'text' }, 'kind' | 'text'> | { kind: 'unreadable'; why: string } => {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'unreadable', why: 'the line is not UTF-8' };
  }
};

/** From where `offset` and `lines` say that the chunks begin. Blank lines are passed over. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  { offset, lines }: { readonly offset: number; readonly lines: number },
  limitBytes = longestLineBytes,
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let end = offset;
  let number = lines;
  const finish = (): Line => {
    number += 1;
    const content =
      size > limitBytes
        ? { kind: 'unreadable' as const, why: `the line has more than ${limitBytes} bytes` }
        : decode(parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts));
    parts = [];
    size = 0;
    return { number, end, ...content };
  };
  const isBlank = (line: Line): boolean => line.kind === 'text' && line.text.trim() === '';
  const add = (bytes: Uint8Array): void => {
    size += bytes.length;
    if (size <= limitBytes) parts.push(bytes);
    else parts = [];
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, at));
      end += at + 1 - from;
      from = at + 1;
      const line = finish();
      if (!isBlank(line)) yield line;
    }
    if (from < chunk.length) add(chunk.subarray(from));
    end += chunk.length - from;
  }
  if (size === 0) return;
  const line = finish();
  if (!isBlank(line)) yield line;
}
