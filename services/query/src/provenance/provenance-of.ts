/** The Provenance of an anchored version, made of what was released of that version. It is stored nowhere. */
import { receiptTimestamp } from '@chartseal/client/verify';
import { ChartsealError } from '@chartseal/ports';
import { organizationIdentity } from '../audit/agents.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { standingOf, type Standing } from '../interactions/anchored-proof.ts';
import { proofAt } from '../interactions/proof.ts';
import { releaseMade, type Released } from '../release/released.ts';
import { madeProvenance, type OnLedger } from './made-provenance.ts';

export type ProvenanceOutline = {
  /** All that a search can ask about, without the proof. */
  outline(): Released;
  /** Undefined for what was erased, until the ledger was told. */
  whole(): Promise<Released | undefined>;
};

/**
 * Undefined for what is not anchored yet, and for what was redacted: its proof would say more than was released (C8).
 * @throws ChartsealError `corrupt` where what is stored contradicts itself
 */
export const outlineOf = async (
  deps: QueryDependencies,
  released: Released,
): Promise<ProvenanceOutline | undefined> => {
  if (released.form !== 'whole') return undefined;
  const standing = await standingOf(deps, released.version);
  if (standing === undefined) return undefined;
  const onLedger = onLedgerOf(standing);
  const custodian = organizationIdentity(deps.organization);
  return {
    outline: () => releaseMade(released, madeProvenance(released, custodian, onLedger)),
    async whole() {
      const proof = await proofAt(deps, released, standing);
      return proof && releaseMade(released, madeProvenance(released, custodian, onLedger, proof.body));
    },
  };
};

export const provenanceOf = async (deps: QueryDependencies, released: Released): Promise<Released | undefined> =>
  (await outlineOf(deps, released))?.whole();

const onLedgerOf = ({ anchored: { treeSize, receipt } }: Standing): OnLedger => {
  const recorded = receiptTimestamp(receipt);
  if (recorded === undefined) throw new ChartsealError('corrupt', 'a receipt of the ledger cannot be read');
  return { treeSize, recorded };
};
