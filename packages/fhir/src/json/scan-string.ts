export type StringFault = 'syntax' | 'lone-surrogate';
export type ScannedString =
  | { readonly value: string; /** Offset after the closing quote. */ readonly end: number; readonly fault?: undefined }
  | { readonly fault: StringFault; /** Offset of the fault. */ readonly end: number };

const quote = 0x22;
const backslash = 0x5c;

/** RFC 8259 §7: the string whose opening quote is at `start`. */
export const scanString = (text: string, start: number): ScannedString => {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) return { value: text.slice(start + 1, at), end: at + 1 };
    if (code === backslash || (code >= 0xd800 && code <= 0xdfff)) return scanUnusual(text, start, at);
    // NaN, the end of the text, fails this too.
    if (!(code >= 0x20)) return { fault: 'syntax', end: at };
    at += 1;
  }
};

/** A string with escapes or surrogates. JSON.parse decodes it: a string is where it cannot nest, and it is native. */
const scanUnusual = (text: string, start: number, firstUnusual: number): ScannedString => {
  let at = firstUnusual;
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
    if (!(code >= 0x20)) return { fault: 'syntax', end: at };
    at += code === backslash ? 2 : 1;
  }
  const value = decode(text.slice(start, at + 1));
  if (value === undefined) return { fault: 'syntax', end: start };
  return value.isWellFormed() ? { value, end: at + 1 } : { fault: 'lone-surrogate', end: start };
};

const decode = (quoted: string): string | undefined => {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
};
