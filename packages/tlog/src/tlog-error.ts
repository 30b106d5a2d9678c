/**
 * Why something is not what it claims to be.
 * - `size`: an index or a size is out of its range
 * - `malformed`: the text or the bytes are not of their format
 * - `mismatch`: well-formed, and false: a proof that does not lead to the root, a signature that does not verify
 * - `unavailable`: a tile that the log must have is missing
 */
export type TlogErrorCode = 'size' | 'malformed' | 'mismatch' | 'unavailable';

export class TlogError extends Error {
  override readonly name = 'TlogError';
  readonly code: TlogErrorCode;

  constructor(code: TlogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Sizes and indexes are numbers below 2^53: a log that appends a million entries a second gets there in 285 years. */
export const requireSize = (value: number, name: string): number => {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TlogError('size', `${name} must be an integer from 0 to 2^53 - 1`);
  return value;
};
