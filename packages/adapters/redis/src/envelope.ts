import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** How keys and values look to whoever runs Redis. */
export type Envelope = {
  /** The same for all who hold the secret; says nothing of the key to others. */
  nameOf(key: string): string;
  seal(key: string, value: Uint8Array): Buffer;
  /** Undefined for what was not sealed under this key with this secret. */
  open(key: string, sealed: Uint8Array): Uint8Array | undefined;
};

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
/** What sealing adds to a value. */
export const envelopeBytes = 1 + ivBytes + tagBytes;

/**
 * AES-256-GCM (NIST SP 800-38D) with the cache's key as associated data. Each cache key has an encryption key of its own, so that random
 * nonces do not run out (§8.3: 2^32 under one key), however many values are set in a gateway's life.
 * @param secret 32 bytes that all processes of one gateway share
 */
export const envelopeOf = (secret: Uint8Array): Envelope => {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), `chartseal-cache/v1 ${purpose}`, 32));
  const [names, values] = [derive('names'), derive('values')];
  const keyed = (under: Buffer, key: string): Buffer => createHmac('sha256', under).update(key).digest();

  return {
    nameOf: (key) => keyed(names, key).toString('base64url'),
    seal: (key, value) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', keyed(values, key), iv);
      cipher.setAAD(Buffer.from(key));
      const body = Buffer.concat([cipher.update(value), cipher.final()]);
      return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), body]);
    },
    open: (key, sealed) => {
      if (sealed.length < envelopeBytes || sealed[0] !== version) return undefined;
      const iv = sealed.subarray(1, 1 + ivBytes);
      const decipher = createDecipheriv('aes-256-gcm', keyed(values, key), iv, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(key));
      decipher.setAuthTag(sealed.subarray(1 + ivBytes, envelopeBytes));
      try {
        return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(envelopeBytes)), decipher.final()]));
      } catch {
        return undefined;
      }
    },
  };
};
