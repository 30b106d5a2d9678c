export {
  contentHash,
  contentHashUrl,
  isContentOf,
  joinContent,
  nameContent,
  separateContent,
  type Separated,
} from './binary-content.ts';
export { commit } from './commitment.ts';
export { isMadeProvenance, parseProvenanceId, provenanceId, type ProvenanceOf } from './provenance-id.ts';
export { sealAmongMany, sealDeletion, sealVersion, type SealContext, type SealRequest } from './seal.ts';
export {
  accessDecidedTopic,
  recordAcceptedTopic,
  type Announcement,
  type VersionEventData,
  type VersionPosition,
} from './version-event.ts';
