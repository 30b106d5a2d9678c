import { createHmac } from 'node:crypto';

/**
 * What a version's leaf in its Merkle log is: HMAC-SHA-256 over its canonical bytes, under a key of its own. It binds the
 * content without telling of it, and tells nothing at all once the key is destroyed (DESIGN §6, Log).
 */
export const commit = (key: Uint8Array, content: string): Uint8Array =>
  new Uint8Array(createHmac('sha256', key).update(content, 'utf8').digest());

/** Bytes of a commitment's key. */
export const commitmentKeyLength = 32;
