/**
 * Reads Protocol Buffers (https://protobuf.dev/programming-guides/encoding), strictly: a message has one reading here, and bytes that no signature
 * covers cannot be varied. Refused are fields that the shape does not name, a second value of a field that is not repeated, wire types other
 * than varint and length-delimited (Fabric's messages have no others), numbers that are written longer than they need be, and those beyond 2^53 - 1.
 */

export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

type Kind = 'bytes' | 'text' | 'number' | 'repeated';
type Shape = Readonly<Record<string, readonly [field: number, kind: Kind]>>;
type Bytes = Uint8Array<ArrayBuffer>;
type Values = {
  readonly bytes: Bytes;
  readonly text: string;
  readonly number: number;
  readonly repeated: readonly Bytes[];
};

/** A field that is missing has its kind's empty value, as in proto3; a message within is `bytes`, to be read in its turn. */
export type Message<S extends Shape> = { readonly [Name in keyof S]: Values[S[Name][1]] };

/** @throws ProtobufError */
export const readMessage = <const S extends Shape>(bytes: Bytes, shape: S): Message<S> => {
  const names = new Map(Object.entries(shape).map(([name, [field, kind]]) => [field, { name, kind }]));
  const values: Record<string, Bytes | string | number | Bytes[]> = Object.fromEntries(
    Object.entries(shape).map(([name, [, kind]]) => [name, emptyOf(kind)]),
  );
  const seen = new Set<string>();
  const reader = new Reader(bytes);
  while (!reader.isAtEnd()) {
    const tag = reader.varint();
    const known = names.get(Math.floor(tag / 8));
    const wireType = tag % 8;
    if (known === undefined) throw new ProtobufError('a field is not known');
    const { name, kind } = known;
    if (wireType !== (kind === 'number' ? 0 : 2)) throw new ProtobufError('a wire type does not fit');
    if (kind !== 'repeated' && seen.has(name)) throw new ProtobufError('a field is there twice');
    seen.add(name);
    if (kind === 'number') values[name] = reader.varint();
    else if (kind === 'text') values[name] = textOf(reader.delimited());
    else if (kind === 'bytes') values[name] = reader.delimited();
    else (values[name] as Bytes[]).push(reader.delimited());
  }
  return values as Message<S>;
};

const emptyOf = (kind: Kind): Bytes | string | number | Bytes[] => {
  if (kind === 'number') return 0;
  if (kind === 'text') return '';
  return kind === 'bytes' ? new Uint8Array() : [];
};

/** @throws TypeError for what is not UTF-8 */
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

class Reader {
  readonly #bytes: Bytes;
  #at = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new ProtobufError('a number ends early');
      this.#at += 1;
      value += (byte % 128) * weight;
      if (value > Number.MAX_SAFE_INTEGER) throw new ProtobufError('a number is too large');
      if (byte >= 128) continue;
      if (byte === 0 && weight > 1) throw new ProtobufError('a number is written too long');
      return value;
    }
  }

  delimited(): Bytes {
    const end = this.varint() + this.#at;
    if (end > this.#bytes.length) throw new ProtobufError('a field ends early');
    const field = this.#bytes.slice(this.#at, end);
    this.#at = end;
    return field;
  }
}
