import { createHmac, hash } from 'node:crypto';

const block = 64;
const longest = 16_384;
const digest = 32;

const inner = Buffer.alloc(block + 3 * longest);
const outer = Buffer.alloc(block + digest);

/**
 * HMAC-SHA-256 (RFC 2104 §2) over the UTF-8 bytes of a text. A version has some hundred bytes, and to make a hash object for it costs more than to
 * hash them: so by two hashes at once, in buffers that are there already, a third of `createHmac`'s time. Long texts and keys take that way.
 */
export const hmac = (key: Uint8Array, text: string): Buffer => {
  if (key.length > block || text.length > longest) return createHmac('sha256', key).update(text, 'utf8').digest();
  inner.fill(0x36, 0, block);
  outer.fill(0x5c, 0, block);
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  const length = inner.write(text, block, 'utf8');
  outer.write(hash('sha256', inner.subarray(0, block + length), 'binary'), block, 'binary');
  return Buffer.from(hash('sha256', outer, 'binary'), 'binary');
};
