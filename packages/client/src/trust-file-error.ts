/** The trust file cannot be used; `at` is the place in it. */
export class TrustFileError extends Error {
  override readonly name = 'TrustFileError';
  readonly at: string;

  constructor(at: string, problem: string) {
    super(at === '' ? problem : `${at} ${problem}`);
    this.at = at;
  }
}

/** @throws TrustFileError */
export const objectAt = (at: string, value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TrustFileError(at, at === '' ? 'not a JSON object' : 'must be an object');
  return { ...value };
};
