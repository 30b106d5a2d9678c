/**
 * PostgreSQL's binary format of one-dimensional arrays (array_recv in arrayfuncs.c). The driver sends a Buffer as it is,
 * in binary: thousands of documents go into one parameter without being quoted.
 */
const header = 20;

type Oid = 17 | 20 | 23 | 25 | 2950;

const begin = (oid: Oid, count: number, size: number): Buffer => {
  const buffer = Buffer.allocUnsafe(header + size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
};

/** Elements that PostgreSQL keeps in `width` bytes. */
const encodeFixed = <T>(
  oid: Oid,
  width: number,
  elements: readonly (T | null)[],
  write: (buffer: Buffer, element: T, offset: number) => void,
): Buffer => {
  const buffer = begin(oid, elements.length, elements.length * (4 + width));
  let offset = header;
  for (const element of elements) {
    offset = buffer.writeInt32BE(element === null ? -1 : width, offset);
    if (element === null) continue;
    write(buffer, element, offset);
    offset += width;
  }
  return buffer.subarray(0, offset);
};

const encode = (oid: Oid, elements: readonly (Uint8Array | null)[]): Buffer => {
  const size = elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), 0);
  const buffer = begin(oid, elements.length, size);
  let offset = header;
  for (const element of elements) {
    offset = buffer.writeInt32BE(element?.length ?? -1, offset);
    if (element === null) continue;
    buffer.set(element, offset);
    offset += element.length;
  }
  return buffer;
};

const two32 = 0x1_0000_0000;

export const textArray = (values: readonly (string | null)[]): Buffer =>
  encode(
    25,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  );

/** Safe integers. */
export const bigintArray = (values: readonly number[]): Buffer =>
  encodeFixed(20, 8, values, (buffer, value, offset) => {
    const high = Math.floor(value / two32);
    buffer.writeInt32BE(high, offset);
    buffer.writeUInt32BE(value - high * two32, offset + 4);
  });

export const integerArray = (values: readonly (number | null)[]): Buffer =>
  encodeFixed(23, 4, values, (buffer, value, offset) => buffer.writeInt32BE(value, offset));

export const byteaArray = (values: readonly (Uint8Array | null)[]): Buffer => encode(17, values);

/** Each of 16 bytes. */
export const uuidArray = (values: readonly (Uint8Array | null)[]): Buffer =>
  encodeFixed(2950, 16, values, (buffer, value, offset) => buffer.set(value, offset));
