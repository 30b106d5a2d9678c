/** A btree takes 2.7 kB: of what is longer than this no digit counts that anyone could have measured. */
const longest = 1000;

/** As `numeric` reads it. An open end is infinite, as is what has more digits before its point than can be kept. */
export const decimalText = (value: string | null, open: '-Infinity' | 'Infinity'): string => {
  if (value === null) return open;
  if (value.length <= longest) return value;
  const point = value.indexOf('.');
  if (point >= 0 && point < longest) return value.slice(0, longest);
  return value.startsWith('-') ? '-Infinity' : 'Infinity';
};
