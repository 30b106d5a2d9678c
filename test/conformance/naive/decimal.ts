/** Exact decimals as integers with a scale, enough to compare what a search value and a resource say. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

export const decimal = (text: string): Decimal => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
};

export const compare = (a: Decimal, b: Decimal): number => {
  const scale = Math.max(a.scale, b.scale);
  const left = a.digits * 10n ** BigInt(scale - a.scale);
  const right = b.digits * 10n ** BigInt(scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
};

/** Half a unit of the last digit to either side (R4 search.html#number), for text without exponent. */
export const impliedRange = (text: string): { readonly low: Decimal; readonly high: Decimal } => {
  const { digits, scale } = decimal(text);
  return {
    low: { digits: digits * 10n - 5n, scale: scale + 1 },
    high: { digits: digits * 10n + 5n, scale: scale + 1 },
  };
};
