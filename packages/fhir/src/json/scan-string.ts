export type StringFault = 'syntax' | 'lone-surrogate';
export type ScannedString =
  | { readonly value: string; /** Offset after the closing quote. */ readonly end: number; readonly fault?: undefined }
  | { readonly fault: StringFault; /** Offset of the fault. */ readonly end: number };

const quote = 0x22;
const backslash = 0x5c;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** RFC 8259 §7: the string whose opening quote is at `start`. */
export const scanString = (text: string, start: number): ScannedString => {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) return { value: text.slice(start + 1, at), end: at + 1 };
    if (code === backslash || (code >= 0xd800 && code <= 0xdfff)) return scanUnusual(text, start + 1, at);
    // NaN, the end of the text, fails this too.
    if (!(code >= 0x20)) return { fault: 'syntax', end: at };
    at += 1;
  }
};

/** A string with escapes or surrogates, decoded piece by piece. */
const scanUnusual = (text: string, start: number, firstUnusual: number): ScannedString => {
  let value = text.slice(start, firstUnusual);
  let at = firstUnusual;
  let plainFrom = at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) break;
    if (!(code >= 0x20)) return { fault: 'syntax', end: at };
    if (code !== backslash) {
      at += 1;
      continue;
    }
    value += text.slice(plainFrom, at);
    const escaped = unescape(text, at);
    if (escaped === undefined) return { fault: 'syntax', end: at };
    value += escaped.value;
    at = escaped.end;
    plainFrom = at;
  }
  value += text.slice(plainFrom, at);
  return value.isWellFormed() ? { value, end: at + 1 } : { fault: 'lone-surrogate', end: start - 1 };
};

const unescape = (text: string, at: number): { readonly value: string; readonly end: number } | undefined => {
  const letter = text.charAt(at + 1);
  if (letter === 'u') {
    const hex = text.slice(at + 2, at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) return undefined;
    return { value: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 6 };
  }
  const value = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
  return value === undefined ? undefined : { value, end: at + 2 };
};
