export { openKeyring } from './open-keyring.ts';
export { openKeyringStore, type KeyringStore } from './keyring-store.ts';
export { newKey, privateJwkOf, type StoredKey } from './keys.ts';
