import type { PatientDirectives } from '@chartseal/consent';

type State = PatientDirectives['state'];

const worst = (states: readonly State[]): State => {
  // The ledger calls one of them closed that is open here: it may take away, and so must not take away a no.
  const closed = states.find(({ kind }) => kind === 'closed');
  if (closed !== undefined) return closed;
  const by = new Set(states.flatMap((state) => (state.kind === 'frozen' ? state.by : [])));
  const isFrozen = states.some(({ kind }) => kind === 'frozen');
  return isFrozen ? { kind: 'frozen', by: [...by].sort() } : { kind: 'open' };
};

/** One person's say under several handles: every consent counts, so a deny wins (B1), and what stops one stops all. */
export const uniteDirectives = (all: readonly PatientDirectives[], blockHeight: number): PatientDirectives => ({
  blockHeight,
  state: worst(all.map(({ state }) => state)),
  consents: all.flatMap(({ consents }) => consents),
});
