import type { DecisionBasis, Label } from '../release/decision.ts';

/** What consent says of some content, before it is joined to a version. */
export type Verdict =
  | {
      readonly effect: 'permit';
      readonly reason: string;
      readonly basis: readonly DecisionBasis[];
      readonly obligations: readonly Label[];
      readonly emergencies?: readonly string[];
    }
  | { readonly effect: 'deny'; readonly reason: string; readonly basis: readonly DecisionBasis[] };

export const deny = (reason: string, basis: readonly DecisionBasis[] = []): Verdict => ({
  effect: 'deny',
  reason,
  basis,
});

/** Every one must permit (B11). Of several refusals the first is told; of permits, all that they rest on and ask for. */
export const everyOne = (verdicts: readonly Verdict[]): Verdict => {
  const [first] = verdicts;
  if (first === undefined) return deny('no-subject');
  const denial = verdicts.find(({ effect }) => effect === 'deny');
  if (denial !== undefined) return denial;
  const permits = verdicts.filter((verdict) => verdict.effect === 'permit');
  const emergencies = distinct(permits.flatMap((permit) => permit.emergencies ?? []));
  return {
    effect: 'permit',
    reason: first.reason,
    basis: distinct(permits.flatMap(({ basis }) => basis)),
    obligations: distinct(permits.flatMap(({ obligations }) => obligations)),
    ...(emergencies.length === 0 ? {} : { emergencies }),
  };
};

const distinct = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];
