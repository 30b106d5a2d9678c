export { openKeyring } from './open-keyring.ts';
