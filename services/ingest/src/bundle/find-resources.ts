/** Where the resources of a Bundle's entries stand in its text, found without reading them. */

/** Bytes `start` to `end` of the text are the value of `Bundle.entry[entry].resource`. */
export type Range = { readonly entry: number; readonly start: number; readonly end: number };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Of text that is JSON, all of them, but for members whose name is spelled with escapes; of other text whatever looks like one. In order.
 * Iterative: 50 MiB of opening brackets cost no stack.
 */
export const findResources = (text: Uint8Array): readonly Range[] => {
  const found: Range[] = [];
  const bundle = skipSpace(text, text[0] === 0xef ? 3 : 0);
  for (const member of membersOf(text, bundle)) {
    if (!isNamed(text, member, 'entry') || text[member.start] !== openBracket) continue;
    let at = member.start + 1;
    for (let entry = 0; at < member.end - 1; entry += 1) {
      const start = skipSpace(text, at);
      for (const inner of membersOf(text, start))
        if (isNamed(text, inner, 'resource')) found.push({ entry, start: inner.start, end: inner.end });
      const end = skipValue(text, start);
      const next = skipSpace(text, end);
      if (text[next] !== comma) break;
      at = next + 1;
    }
  }
  return found;
};

type Member = { readonly name: number; readonly nameEnd: number; readonly start: number; readonly end: number };

/** Of the object at `at`, if there is one. */
function* membersOf(text: Uint8Array, at: number): Generator<Member> {
  if (text[at] !== openBrace) return;
  let next = at + 1;
  for (;;) {
    const name = skipSpace(text, next);
    if (text[name] !== quote) return;
    const nameEnd = skipString(text, name);
    const between = skipSpace(text, nameEnd);
    if (text[between] !== colon) return;
    const start = skipSpace(text, between + 1);
    const end = skipValue(text, start);
    if (end === start) return;
    yield { name, nameEnd, start, end };
    const after = skipSpace(text, end);
    if (text[after] !== comma) return;
    next = after + 1;
  }
}

const isNamed = (text: Uint8Array, { name, nameEnd }: Member, wanted: string): boolean =>
  nameEnd - name === wanted.length + 2 &&
  Buffer.from(text.subarray(name + 1, nameEnd - 1)).toString('latin1') === wanted;

const skipSpace = (text: Uint8Array, from: number): number => {
  let at = from;
  for (let code = text[at]; code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; code = text[at]) at += 1;
  return at;
};

/** `from` is at its opening quote; answers what is after the closing one. */
const skipString = (text: Uint8Array, from: number): number => {
  let at = from + 1;
  while (at < text.length) {
    const code = text[at];
    if (code === quote) return at + 1;
    at += code === backslash ? 2 : 1;
  }
  return text.length;
};

const skipValue = (text: Uint8Array, from: number): number => {
  const first = text[from];
  if (first === quote) return skipString(text, from);
  if (first !== openBrace && first !== openBracket) return skipWord(text, from);
  let depth = 0;
  for (let at = from; at < text.length;) {
    const code = text[at];
    if (code === quote) {
      at = skipString(text, at);
      continue;
    }
    at += 1;
    if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
};

const skipWord = (text: Uint8Array, from: number): number => {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text[at] ?? 0;
    if (code === comma || code === closeBrace || code === closeBracket || code <= 0x20) return at;
  }
  return at;
};
