import type { LogName } from '@chartseal/ports';

/** The id of a log in the directory. A successor (generation 2 and on) says so. */
export const logOriginOf = (logOrigin: string, log: LogName, generation: number): string =>
  generation === 1 ? `${logOrigin}/${log}` : `${logOrigin}/${log}/${generation}`;
