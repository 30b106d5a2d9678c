import { chartseal, type Ended } from './chartseal.ts';

/** `chartseal fsck [--incremental] --data <folder>` */
export const fsck = (
  dataDirectory: string,
  environment: Readonly<Record<string, string>> = {},
  extent: 'full' | 'incremental' = 'full',
): Promise<Ended> =>
  chartseal(['fsck', '--data', dataDirectory, ...(extent === 'incremental' ? ['--incremental'] : [])], environment);
