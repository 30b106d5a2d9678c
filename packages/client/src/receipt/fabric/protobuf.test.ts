import { deepEqual, equal, throws } from 'node:assert/strict';
import { it } from 'node:test';
import { array, assert, nat, property, record, string, uint8Array } from 'fast-check';
import { message } from '../testing/played-network.ts';
import { ProtobufError, readMessage } from './protobuf.ts';

const shape = { text: [1, 'text'], number: [2, 'number'], bytes: [3, 'bytes'], more: [17, 'repeated'] } as const;
const read = (hex: string) => readMessage(Uint8Array.from(Buffer.from(hex, 'hex')), shape);

it('reads what was written', () => {
  const plain = (bytes: Uint8Array): number[] => [...bytes];
  const values = record({
    text: string({ unit: 'binary' }),
    number: nat({ max: Number.MAX_SAFE_INTEGER }),
    bytes: uint8Array(),
    more: array(uint8Array({ maxLength: 300 }), { maxLength: 3 }),
  });
  assert(
    property(values, ({ text, number, bytes, more }) => {
      const fields = [[1, text], [2, number], [3, bytes], ...more.map((each) => [17, each] as const)] as const;
      const answer = readMessage(Uint8Array.from(message(...fields)), shape);
      deepEqual([answer.text, answer.number, plain(answer.bytes)], [text, number, plain(bytes)]);
      deepEqual(answer.more.map(plain), more.map(plain));
    }),
  );
});

it('knows the numbers of the specification, and the values of fields that are missing', () => {
  equal(read('109601').number, 150);
  equal(read('10ffffffffffffff0f').number, Number.MAX_SAFE_INTEGER);
  deepEqual(read(''), { text: '', number: 0, bytes: new Uint8Array(), more: [] });
});

it('refuses all that has another spelling, or that the shape does not name', () => {
  const refused: Readonly<Record<string, string>> = {
    'a number that ends early': '1096',
    'a number written too long': '109600',
    'a number beyond 2^53 - 1': '10ffffffffffffff10',
    'a length beyond the end': '0a0261',
    'a length written too long': '0a810061',
    'a field twice': '10011001',
    'an unknown field': '2001',
    'field 0': '0001',
    'another wire type': '0801',
    'a fixed number': '110000000000000000',
    'a group': '0b0c',
  };
  for (const [what, hex] of Object.entries(refused)) throws(() => read(hex), ProtobufError, what);
  throws(() => read('0a01ff'), TypeError);
});
