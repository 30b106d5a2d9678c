import { breathing } from '../bundle/breath.ts';
import { nameOf } from '../bundle/plan-transaction.ts';
import type { AdmittedLine, RefusedLine } from './admit-line.ts';
import type { Line } from './read-lines.ts';

/** Lines that are settled together, in any order: no two are of one record. */
export type Batch = {
  readonly lines: readonly (AdmittedLine | RefusedLine)[];
  /** Where the input goes on. */
  readonly offset: number;
  readonly lastLine: number;
};

const mostLines = 200;
const mostCharacters = 4 * 1024 * 1024;

/** Puts a batch together while the one before it is being written. */
export async function* batchesOf(
  lines: AsyncIterable<Line>,
  admit: (line: Line) => AdmittedLine | RefusedLine,
): AsyncGenerator<Batch> {
  let batch: (AdmittedLine | RefusedLine)[] = [];
  let names = new Set<string>();
  let size = 0;
  let last = { offset: 0, lastLine: 0 };
  const breath = breathing();
  const take = (): Batch => {
    const taken = { lines: batch, ...last };
    [batch, names, size] = [[], new Set(), 0];
    return taken;
  };
  for await (const line of lines) {
    const admitted = admit(line);
    const name = admitted.kind === 'refused' ? undefined : nameOf(admitted.key);
    const length = line.kind === 'text' ? line.text.length : 0;
    const isFull =
      batch.length >= mostLines || size + length > mostCharacters || (name !== undefined && names.has(name));
    if (isFull && batch.length > 0) yield take();
    batch.push(admitted);
    if (name !== undefined) names.add(name);
    size += length;
    last = { offset: line.end, lastLine: line.number };
    await breath();
  }
  if (batch.length > 0) yield take();
}
