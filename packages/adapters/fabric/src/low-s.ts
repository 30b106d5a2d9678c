/** Order of P-256, and half of it (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const integer = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** DER INTEGER: no leading zeros but the one that keeps it positive. */
const derInteger = (value: bigint): Uint8Array => {
  const hex = value.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const body = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
  return Buffer.concat([Buffer.of(0x02, body.length), body]);
};

/**
 * An ES256 signature as Fabric takes it: DER, and of the two values of s the lower (bccsp refuses the other).
 * @param signature r ‖ s, 64 bytes
 */
export const lowSDer = (signature: Uint8Array): Uint8Array => {
  const [r, s] = [integer(signature.subarray(0, 32)), integer(signature.subarray(32))];
  const body = Buffer.concat([derInteger(r), derInteger(s > order / 2n ? order - s : s)]);
  return new Uint8Array(Buffer.concat([Buffer.of(0x30, body.length), body]));
};
