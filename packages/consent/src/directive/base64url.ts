import { base64url } from 'jose';
import { DirectiveError, type DirectiveErrorCode } from './directive-error.ts';

/**
 * RFC 7515 §2: no padding, no white space. One spelling for the same bytes: unused bits in the last character must be zero.
 * @throws DirectiveError
 */
export const decodeBase64url = (text: string, code: DirectiveErrorCode, at: string): Uint8Array => {
  if (/^[A-Za-z0-9_-]*$/.test(text)) {
    const bytes = text.length % 4 === 1 ? undefined : base64url.decode(text);
    if (bytes !== undefined && base64url.encode(bytes) === text) return bytes;
  }
  throw new DirectiveError(code, `${at} is not base64url`);
};

/** Whether the text is the one spelling of 32 bytes. */
export const isBase64urlOf32Bytes = (text: string): boolean => /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);
