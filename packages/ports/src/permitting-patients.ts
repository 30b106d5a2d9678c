/** Who asks: any of these organisations (its own, those above it), for any of these purposes (its own, those that include it), when. */
export type Asking = {
  readonly organizations: readonly string[];
  readonly purposes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/**
 * Of whom somebody could be permitted anything, as far as what they have said goes: where candidates are looked for. It permits nothing:
 * that takes a decision on directives that were verified.
 *
 * Laws:
 * 1. `among` misses no Patient whose open handle holds a consent that is not revoked and whose terms could permit it
 *    (`consentReach` of @chartseal/consent), from the moment that `hold` of PatientStore has resolved.
 * 2. Nor one whom Patient records link with such a one, in whatever direction and over whatever others.
 * 3. It tells no others, but for some seconds after a consent came: until its terms are read.
 * 4. More than `limit` are `too-many`.
 */
export interface PermittingPatients {
  among(asking: Asking, limit: number): Promise<readonly string[] | 'too-many'>;
}
