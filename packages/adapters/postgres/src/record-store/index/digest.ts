import { hash } from 'node:crypto';

const size = 16;

/** A record shares most of what it is found by with others: what was hashed lately is kept. */
const most = 10_000;
let recent = new Map<string, Uint8Array>();
let before = new Map<string, Uint8Array>();

const remember = (text: string, value: Uint8Array): Uint8Array => {
  if (recent.size >= most) {
    before = recent;
    recent = new Map();
  }
  recent.set(text, value);
  return value;
};

/** Longer texts are seldom met again. */
const longestKept = 200;

/**
 * What a record is found by is a hash of 128 bits: of equal size however long a value is (a btree takes 2.7 kB at
 * most), and no second copy of PHI.
 */
export const digest = (...parts: readonly string[]): Uint8Array => {
  const text = JSON.stringify(parts);
  const known = recent.get(text) ?? before.get(text);
  if (known !== undefined) return known;
  // No Buffer: one that is kept would keep the 8 KiB of the pool that it was cut from.
  const value = new Uint8Array(hash('sha256', text, 'buffer').subarray(0, size));
  return text.length > longestKept ? value : remember(text, value);
};
