export { equalBytes, fromBase64, toBase64 } from './bytes.ts';
export * from './checkpoint.ts';
export * from './compact-tree.ts';
export * from './consistency-proof.ts';
export * from './cosignature.ts';
export type { HashReader } from './hash-reader.ts';
export * from './inclusion-proof.ts';
export * from './integrate.ts';
export * from './log-statement.ts';
export * from './merkle-hash.ts';
export type { Node } from './range.ts';
export * from './rebuild.ts';
export {
  ed25519Algorithm,
  formatNote,
  formatSignature,
  formatVerifierKey,
  makeVerifierKey,
  openNote,
  openSignedNote,
  parseNote,
  parseSignature,
  parseVerifierKey,
  signNote,
} from './signed-note.ts';
export type { KnownKeys, Note, NoteSignature, SignEd25519, VerifierKey, VerifyEd25519 } from './signed-note.ts';
export * from './tile.ts';
export * from './tlog-error.ts';
export * from './tlog-proof.ts';
export * from './witness-request.ts';
