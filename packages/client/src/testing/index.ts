export { anchoredProof } from './anchored-proof.ts';
export type { AnchoredProof } from './anchored-proof.ts';
