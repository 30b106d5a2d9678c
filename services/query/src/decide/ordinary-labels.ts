import type { Labels } from '@chartseal/consent';

const ordinaryLevels: ReadonlySet<string> = new Set(['U', 'L', 'M', 'N']);

/** Whether what has these labels tells of nothing that is kept apart from the rest of a record (B10). */
export const areOrdinary = (labels: Labels): boolean =>
  labels.kind === 'labelled' && labels.sensitivities.length === 0 && ordinaryLevels.has(labels.confidentiality);
