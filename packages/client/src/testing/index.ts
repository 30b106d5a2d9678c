export { anchoredProof } from './anchored-proof.ts';
export type { AnchoredProof } from './anchored-proof.ts';
export { recordedFabricProof } from './recorded-fabric-proof.ts';
export { loggedVersion, origin } from './logged-version.ts';
export { proofVerdicts, type ProofVerdict } from './proof-verdicts.ts';
