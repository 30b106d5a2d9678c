import { anchoredProof, type AnchoredProof, type ProofJson } from './anchored-proof.ts';
import { recordedFabricProof } from './recorded-fabric-proof.ts';

/** What a verifier must find, wherever it runs. All of it is JSON. */
export type ProofVerdict = AnchoredProof & {
  readonly name: string;
  /** `proved`, or the fault and where it is. */
  readonly verdict: string;
};

const observation = '{"id":"o1","meta":{"versionId":"2"},"note":[{"text":"😀"}],"resourceType":"Observation"}';

/** True proofs of both kinds of ledger, and each of them with one thing altered in each of its links. */
export const proofVerdicts = async (): Promise<readonly ProofVerdict[]> => {
  const [embedded, fabric] = [await anchoredProof(observation), await recordedFabricProof()];
  const receiptFaults = {
    embedded: { genesis: 'network', signature: 'block-signature', transactionHashes: 'not-in-block' },
    fabric: { channel: 'channel', chaincode: 'chaincode', effect: 'effect', transactionNumber: 'effect' },
  };
  return [
    ...alterations('embedded', embedded, receiptFaults.embedded),
    ...alterations('Fabric', fabric, receiptFaults.fabric),
    { name: 'embedded, by the trust of Fabric', ...embedded, trust: fabric.trust, verdict: 'network' },
  ];
};

const alterations = (
  ledger: string,
  { proof, trust }: AnchoredProof,
  receiptFaults: Readonly<Record<string, string>>,
): readonly ProofVerdict[] => {
  const changes: readonly (readonly [name: string, changed: Partial<ProofJson>, verdict: string])[] = [
    ['whole', {}, 'proved'],
    ['another type', { type: 'chartseal-proof/v2' }, 'malformed type'],
    ['no resource', { resource: '' }, 'not-canonical'],
    ['another resource', { resource: withOther(proof.resource, '"id":"', '"id":"x') }, 'commitment'],
    ['another key', { key: btoa('0'.repeat(32)) }, 'commitment'],
    ['another entry', { entry: btoa('0'.repeat(32)) }, 'commitment'],
    ['another network', { network: '0'.repeat(64) }, 'network'],
    ['another leaf', { proof: proof.proof.replace(/index \d+/, 'index 0') }, 'inclusion'],
    ['no tlog-proof', { proof: proof.proof.replace('@v1', '@v2') }, 'tlog-proof'],
    ['another root', { proof: proof.proof.replace(/(\n\n[^\n]+\n\d+)\n/, '$10\n') }, 'checkpoint'],
    ['no receipt', { receipt: {} }, 'malformed receipt'],
    ...Object.entries(receiptFaults).map(
      ([member, fault]) =>
        [
          `another ${member}`,
          { receipt: { ...proof.receipt, [member]: other(proof.receipt[member]) } },
          `receipt ${fault}`,
        ] as const,
    ),
  ];
  return changes.map(([name, changed, verdict]) => ({
    name: `${ledger}: ${name}`,
    proof: { ...proof, ...changed },
    trust,
    verdict,
  }));
};

const withOther = (base64: string, text: string, replacement: string): string =>
  Buffer.from(Buffer.from(base64, 'base64').toString().replace(text, replacement)).toString('base64');

/** A value of the same form. */
const other = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.map(other);
  const text = String(value);
  const middle = Math.floor(text.length / 2);
  return `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`;
};
