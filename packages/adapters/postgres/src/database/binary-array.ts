/**
 * PostgreSQL's binary format of one-dimensional arrays (array_recv in arrayfuncs.c). The driver sends a Buffer as it is,
 * in binary: thousands of documents go into one parameter without being quoted.
 */
const header = 20;

type Oid = 17 | 20 | 23 | 25 | 2950;

const encode = (oid: Oid, elements: readonly (Uint8Array | null)[]): Buffer => {
  const size = elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), header);
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(elements.length, 12);
  buffer.writeInt32BE(1, 16);
  let offset = header;
  for (const element of elements) {
    offset = buffer.writeInt32BE(element?.length ?? -1, offset);
    if (element === null) continue;
    buffer.set(element, offset);
    offset += element.length;
  }
  return buffer;
};

const int64 = (value: number): Buffer => {
  const buffer = Buffer.allocUnsafe(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};

const int32 = (value: number): Buffer => {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32BE(value);
  return buffer;
};

export const textArray = (values: readonly (string | null)[]): Buffer =>
  encode(
    25,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  );

/** Safe integers. */
export const bigintArray = (values: readonly number[]): Buffer => encode(20, values.map(int64));

export const integerArray = (values: readonly (number | null)[]): Buffer =>
  encode(
    23,
    values.map((value) => (value === null ? null : int32(value))),
  );

export const byteaArray = (values: readonly (Uint8Array | null)[]): Buffer => encode(17, values);

/** Each of 16 bytes. */
export const uuidArray = (values: readonly (Uint8Array | null)[]): Buffer => encode(2950, values);
