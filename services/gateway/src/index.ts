export { addClient } from './add-client.ts';
export { openDirectory } from './compose-directory.ts';
export type { Directory, DirectoryChange } from './directory/directory.ts';
export { SANDBOX_ENV } from './config.ts';
export { fsck } from './fsck/fsck.ts';
export type { Finding, FsckSummary } from './fsck/finding.ts';
export { openEventLog } from './open-event-log.ts';
export { operationOf, type Operation } from './operation.ts';
export { trustFileOf } from './trust.ts';
