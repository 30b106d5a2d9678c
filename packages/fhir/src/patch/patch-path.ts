import { malformed } from './patch-error.ts';

/** One step of a path that a FHIRPath Patch names an element by. */
export type PathStep =
  | { readonly kind: 'element'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'function'; readonly name: string; readonly argument: string };

const notSupported = (): Error =>
  malformed(
    'a path must be of elements, indexes, where(), first(), last(), tail(), single(), ofType() and extension()',
  );

/** Its criteria are kept parsed for the next time. */
const longestPath = 4096;

/**
 * R4 fhirpatch.html: a path that leads to an element, so that it can be changed there: elements and indexes, and functions that select
 * among what there is. What computes a value has no place to be changed.
 * @throws PatchError `malformed`
 */
export const parsePatchPath = (path: string): readonly PathStep[] => {
  if (path.length > longestPath) throw malformed('a path is too long');
  const steps: PathStep[] = [];
  let rest = path.trim();
  while (rest !== '') {
    const [taken, step] = nextStep(rest, steps.length === 0);
    steps.push(step);
    rest = rest.slice(taken).trimStart();
  }
  if (steps.length === 0) throw malformed('a path is required');
  return steps;
};

const nextStep = (rest: string, isFirst: boolean): readonly [taken: number, step: PathStep] => {
  const index = /^\[\s*(\d{1,6})\s*\]/.exec(rest);
  if (index !== null && !isFirst) return [index[0].length, { kind: 'index', index: Number(index[1]) }];
  const name = /^(\.?)\s*(?:([A-Za-z_$][A-Za-z0-9_]*)|`([A-Za-z0-9_]+)`)\s*/.exec(rest);
  if (name === null || (name[1] === '.') === isFirst) throw notSupported();
  const word = name[2] ?? name[3] ?? '';
  const length = name[0].length;
  if (rest[length] !== '(') return [name[0].trimEnd().length, { kind: 'element', name: word }];
  const end = closingParenthesis(rest, length);
  return [end + 1, { kind: 'function', name: word, argument: rest.slice(length + 1, end).trim() }];
};

/** Quotes and further parentheses in between are skipped. */
const closingParenthesis = (text: string, open: number): number => {
  let depth = 0;
  let quote = '';
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"' || character === '`') quote = character;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw malformed('a path has a parenthesis that is not closed');
};
