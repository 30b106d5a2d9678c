import type { HeldBreakGlass } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';

export const memoryBreakGlass = (): QueryDependencies['breakGlass'] & { readonly held: HeldBreakGlass[] } => {
  const held: HeldBreakGlass[] = [];
  const find = (organization: string, patientId: string, now: number) =>
    held.find((one) => one.organization === organization && one.patientId === patientId && one.expiresAt > now);
  return {
    held,
    open: async (access) => {
      const known = find(access.organization, access.patientId, access.openedAt);
      if (known === undefined) held.push(access);
      return known ?? access;
    },
    settle: async (accessId, position) => {
      const at = held.findIndex((one) => one.accessId === accessId);
      const one = held[at];
      if (one !== undefined) held[at] = { ...one, ledger: { state: 'committed', ...position } };
    },
    current: async (organization, patientId, now) => {
      const known = find(organization, patientId, now);
      return known?.ledger.state === 'committed' ? known : undefined;
    },
  };
};
