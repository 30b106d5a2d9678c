export { commit } from './commitment.ts';
export { sealDeletion, sealVersion, type SealContext, type SealRequest } from './seal.ts';
export {
  accessDecidedTopic,
  recordAcceptedTopic,
  type Announcement,
  type VersionEventData,
  type VersionPosition,
} from './version-event.ts';
