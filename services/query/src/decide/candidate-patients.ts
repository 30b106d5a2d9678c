import { askingOf, breakGlass, isPurpose, type DecisionRequest } from '@chartseal/consent';
import type { QueryDependencies } from '../dependencies.ts';

/**
 * About whom records are looked for. It holds back nothing that `decide` could permit, so that what is found is the same; but of whoever
 * permits this requester nothing, nothing is read, and how much there is of it does not show in how long an answer takes.
 */
export type CandidatePatients =
  | { readonly kind: 'all' }
  /** Ids. What is about anybody else beside will be denied. */
  | { readonly kind: 'some'; readonly patients: readonly string[] };

/** Of more patients candidates are decided one by one. */
const most = 20_000;

export const candidatePatients = async (
  { permitting }: Pick<QueryDependencies, 'permitting'>,
  request: DecisionRequest,
): Promise<CandidatePatients> => {
  const { purpose, implicitPolicy } = request;
  const isImplied = Object.hasOwn(implicitPolicy, purpose) && implicitPolicy[purpose] === 'permit';
  // Of whoever has said nothing, too.
  if (isImplied || purpose === breakGlass) return { kind: 'all' };
  if (!isPurpose(purpose)) return { kind: 'some', patients: [] };
  const patients = await permitting.among(askingOf(request), most);
  return patients === 'too-many' ? { kind: 'all' } : { kind: 'some', patients };
};

type Narrowed = { readonly among?: readonly string[] };

/** What a search or a history of candidates is asked for beside its own options. */
export const amongCandidates = (candidates: CandidatePatients): Narrowed =>
  candidates.kind === 'all' ? {} : { among: candidates.patients };
