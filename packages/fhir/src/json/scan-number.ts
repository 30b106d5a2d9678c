const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

const skipDigits = (text: string, from: number): number => {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at;
};

/** RFC 8259 §6: the offset after the number that starts at `start`, or -1 if there is none. */
export const scanNumber = (text: string, start: number): number => {
  let at = text.charCodeAt(start) === 0x2d ? start + 1 : start;
  const integer = at;
  at = skipDigits(text, at);
  if (at === integer || (text.charCodeAt(integer) === 0x30 && at > integer + 1)) return -1;
  if (text.charCodeAt(at) === 0x2e) {
    const fraction = at + 1;
    at = skipDigits(text, fraction);
    if (at === fraction) return -1;
  }
  const code = text.charCodeAt(at);
  if (code === 0x65 || code === 0x45) {
    const sign = text.charCodeAt(at + 1);
    const exponent = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
    at = skipDigits(text, exponent);
    if (at === exponent) return -1;
  }
  return at;
};
