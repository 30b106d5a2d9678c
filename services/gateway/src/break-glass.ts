import type { BreakGlassReview, BreakGlassStore, HeldBreakGlass } from '@chartseal/ports';
import { composeOperation } from './compose-operation.ts';
import type { Operation } from './operation.ts';

/** An emergency (consent-semantics B13) as those see it who review it. It holds the reason, which tells of an illness. */
export type BreakGlassEntry = HeldBreakGlass;
export type BreakGlassOutcome = BreakGlassReview['outcome'];

/** Newest first, `limit` at most. */
export const listBreakGlass = async (
  operation: Operation,
  which: 'all' | 'unreviewed',
  limit: number,
): Promise<readonly BreakGlassEntry[]> => {
  await using engines = await composeOperation(operation);
  return engines.stores.breakGlass.list(which, limit);
};

/** Records once what a review found. */
export const reviewBreakGlass = async (
  operation: Operation,
  accessId: string,
  review: BreakGlassReview,
): ReturnType<BreakGlassStore['review']> => {
  await using engines = await composeOperation(operation);
  return engines.stores.breakGlass.review(accessId, review);
};
