/**
 * What a log says of its own leaves, as the text of a signed note: that some were erased, or that what they stand for was lost. No C2SP format: the
 * first line, a type with a version, keeps it from passing as a checkpoint, whose first line is the log's origin and whose second its size.
 */
import { openSignedNote, type KnownKeys, type VerifyEd25519 } from './signed-note.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** First and last leaf index, both included. */
export type LeafRange = readonly [first: number, last: number];

/** Lines in their order: `<type>`, `<origin>`, `<name> <value>` for each fact, `leaves <first>[-<last>],…`. */
export type LogStatement = {
  /** `<word>/v<number>` */
  readonly type: string;
  readonly origin: string;
  /** Names in lower case, values without line breaks. */
  readonly facts: Readonly<Record<string, string>>;
  /** Ascending, with a gap between any two. */
  readonly leaves: readonly LeafRange[];
};

const typePattern = /^[a-z][a-z-]*\/v\d+$/;

/** @throws TlogError `malformed`, `size` */
export const formatLogStatement = ({ type, origin, facts, leaves }: LogStatement): string => {
  const lines = [
    type,
    origin,
    ...Object.entries(facts).map(([name, value]) => `${name} ${value}`),
    `leaves ${leaves.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',')}`,
  ];
  const text = lines.map((line) => `${line}\n`).join('');
  // A line break inside a line would let whoever chooses it write the lines after it.
  const read = parseLogStatement(text);
  if (Object.keys(read.facts).length !== Object.keys(facts).length)
    throw new TlogError('malformed', 'not a statement of a log');
  return text;
};

/** @throws TlogError `malformed` */
export const parseLogStatement = (text: string): LogStatement => {
  const lines = text.split('\n');
  const [type = '', origin = '', ...rest] = lines.slice(0, -1);
  const told = /^leaves ((?:\d{1,16}(?:-\d{1,16})?,?)+)$/.exec(rest.at(-1) ?? '')?.[1];
  if (lines.at(-1) !== '' || !typePattern.test(type) || origin === '' || told === undefined) throw malformed();
  const facts: Record<string, string> = {};
  for (const line of rest.slice(0, -1)) {
    const [, name, value] = /^([a-z][A-Za-z-]*) (.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || name === 'leaves' || Object.hasOwn(facts, name)) throw malformed();
    facts[name] = value;
  }
  return { type, origin, facts, leaves: parseRanges(told) };
};

const parseRanges = (text: string): readonly LeafRange[] => {
  let next = 0;
  return text.split(',').map((range) => {
    const [, first = '', last = first] = /^(0|[1-9]\d*)(?:-([1-9]\d*))?$/.exec(range) ?? [];
    const leaves = [Number(first), Number(last)] as const;
    // One spelling alone: a range of one leaf has no end.
    const isCanonical = first !== '' && leaves[0] >= next && (range === first || leaves[0] < leaves[1]);
    if (!isCanonical || !Number.isSafeInteger(leaves[1])) throw malformed();
    next = leaves[1] + 2;
    return leaves;
  });
};

/** The ranges of ascending, distinct leaf indexes. */
export const rangesOf = (leafIndexes: readonly number[]): readonly LeafRange[] => {
  const ranges: [number, number][] = [];
  for (const leafIndex of leafIndexes) {
    const last = ranges.at(-1);
    if (last !== undefined && requireSize(leafIndex, 'leaf index') === last[1] + 1) last[1] = leafIndex;
    else ranges.push([leafIndex, leafIndex]);
  }
  return ranges;
};

export const includesLeaf = (ranges: readonly LeafRange[], leafIndex: number): boolean =>
  ranges.some(([first, last]) => first <= leafIndex && leafIndex <= last);

/**
 * A statement that the log whose origin it names has signed.
 * @throws TlogError `malformed`, `mismatch`
 */
export const openLogStatement = async (
  note: string,
  known: KnownKeys,
  verify: VerifyEd25519,
): Promise<LogStatement> => {
  const { text, signers } = await openSignedNote(note, known, verify);
  const statement = parseLogStatement(text);
  if (signers.every(({ name }) => name !== statement.origin))
    throw new TlogError('mismatch', "the statement is another log's");
  return statement;
};

const malformed = (): TlogError => new TlogError('malformed', 'not a statement of a log');
