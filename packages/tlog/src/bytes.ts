/** Byte helpers that work wherever JavaScript does. */

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** RFC 4648 §4 with padding and nothing else: one text for each value. Undefined for any other text. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  // No repeated group: V8 matches those by recursion and throws RangeError at a few megabytes.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.codePointAt(0) ?? 0);
  // The last digit's spare bits must be zero.
  return toBase64(bytes) === text ? bytes : undefined;
};
