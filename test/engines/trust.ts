/** The trust file of a hospital, as its operator makes it: with the command line, and each hospital's authority from that hospital's own file. */
import { equal } from 'node:assert/strict';
import { parseTrustFile, type TrustFile } from '@chartseal/client';
import { chartseal } from '../testing/chartseal.ts';
import type { FabricOrganization } from './hospital-engines.ts';
import type { Variables } from './native-engine.ts';

/** @param environment with which that hospital's services run */
export const trustOf = async (
  environment: Variables,
  organizations: readonly FabricOrganization[],
): Promise<TrustFile> => {
  const authorities = organizations.flatMap(({ mspId, mspCaFile }) => ['--msp', `${mspId}=${mspCaFile}`]);
  const { status, output } = await chartseal(['trust', ...authorities], environment);
  equal(status, 0, output);
  return parseTrustFile(JSON.parse(output));
};
