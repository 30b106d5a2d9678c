import { chartseal, type Ended } from './chartseal.ts';

/** `chartseal fsck --data <folder>` */
export const fsck = (dataDirectory: string, environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  chartseal(['fsck', '--data', dataDirectory], environment);
