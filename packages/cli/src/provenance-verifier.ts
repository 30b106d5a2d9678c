import { proofInProvenance } from '@chartseal/client';
import { CliError } from './cli-error.ts';
import type { Verifier } from './verifier.ts';

const faults = {
  resourceType: 'it is no Provenance',
  signature: 'it has no proof file as its signature',
  target: 'the proof that it has as its signature is of another version than its target',
} as const;

/** Of a Provenance that a gateway made (docs/adr/0038): the proof file in it. */
export const provenanceVerifier =
  (byType: (file: unknown) => Verifier): Verifier =>
  async (provenance, trust, path) => {
    const read = proofInProvenance(provenance);
    if ('fault' in read) throw new CliError(`${path} proves nothing: ${faults[read.fault]} [${read.fault}]`);
    return byType(read.file)(read.file, trust, path);
  };
