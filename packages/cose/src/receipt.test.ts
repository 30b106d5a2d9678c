import { deepEqual, equal, throws } from 'node:assert/strict';
import { it } from 'node:test';
import { encode, Tagged } from 'cborg';
import { array, assert, asyncProperty, nat, property, string, uint8Array } from 'fast-check';
import { encodeCbor, encodeSign1 } from './cbor.ts';
import { CoseError } from './cose-error.ts';
import { readReceipt, receiptOfInclusion } from './receipt.ts';
import { readTreeHead, signedBytes, signTreeHead } from './tree-head.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const head = { origin: 'a.example/records', treeSize: 3, keyId: bytes(4, 7), rootHash: bytes(32, 1) };
const inclusion = { treeSize: 3, leafIndex: 1, path: [bytes(32, 2), bytes(32, 3)] };
const signed: Uint8Array[] = [];
const treeHead = await signTreeHead(head, (message) => {
  signed.push(message);
  return bytes(64, 9);
});
const receipt = receiptOfInclusion(treeHead, inclusion);

it('writes a receipt of inclusion as RFC 9942 §5.2 has it, byte for byte', () => {
  const header = `a401270444${'07'.repeat(4)}0fa20171${hex(Buffer.from(head.origin))}`;
  const claims = `69${hex(Buffer.from('tree_size'))}03`;
  const protectedHeader = `${header}${claims}19018b01`;
  const proof = `830301825820${'02'.repeat(32)}5820${'03'.repeat(32)}`;
  const length = (text: string): string => (text.length / 2).toString(16).padStart(2, '0');
  equal(
    hex(receipt),
    `d28458${length(protectedHeader)}${protectedHeader}a119018ca1208158${length(proof)}${proof}f65840${'09'.repeat(64)}`,
  );
  equal(
    hex(signed[0] ?? new Uint8Array()),
    `846a${hex(Buffer.from('Signature1'))}58${length(protectedHeader)}${protectedHeader}405820${'01'.repeat(32)}`,
  );
});

it('reads what it writes, and nothing that has a second spelling or more in it', () => {
  const { protectedHeader, signature, ...rest } = readReceipt(receipt);
  const { rootHash, ...claimed } = head;
  deepEqual(readTreeHead(treeHead), { ...claimed, protectedHeader, signature });
  throws(() => readTreeHead(receipt), CoseError);
  deepEqual(rest, { ...claimed, ...inclusion });
  deepEqual(signedBytes(protectedHeader, rootHash), signed[0]);
  const proof = encodeCbor([3, 1, inclusion.path]);
  const proofs = (...all: readonly Uint8Array[]) => new Map([[396, new Map([[-1, all]])]]);
  const others: Readonly<Record<string, Uint8Array>> = {
    nothing: new Uint8Array(),
    'more behind it': Uint8Array.from([...receipt, 0]),
    'no tag': receipt.slice(1),
    'another tag': encode(new Tagged(17, [protectedHeader, proofs(proof), null, signature])),
    'no proof': treeHead,
    'two proofs': encodeSign1([protectedHeader, proofs(proof, proof), null, signature]),
    'a payload': encodeSign1([protectedHeader, proofs(proof), head.rootHash, signature]),
    'something unsigned': encodeSign1([protectedHeader, new Map([...proofs(proof), [5, 1]] as never), null, signature]),
    'a proof of another tree': encodeSign1([
      protectedHeader,
      proofs(encodeCbor([4, 1, inclusion.path])),
      null,
      signature,
    ]),
    'a proof of no element': encodeSign1([protectedHeader, proofs(encodeCbor([3, 1, []])), null, signature]),
    'a proof of a long integer': encodeSign1([
      protectedHeader,
      proofs(Uint8Array.from([0x83, 0x18, 3, ...proof.slice(2)])),
      null,
      signature,
    ]),
    'a signed parameter that is not known': encodeSign1([
      Uint8Array.from([0xa5, ...protectedHeader.slice(1), ...encodeCbor(1000), 1]),
      proofs(proof),
      null,
      signature,
    ]),
    'another structure': encodeSign1([
      Uint8Array.from([...protectedHeader.slice(0, -1), 2]),
      proofs(proof),
      null,
      signature,
    ]),
  };
  for (const [name, other] of Object.entries(others)) throws(() => readReceipt(other), CoseError, name);
});

it('takes Ed25519 by its new name as well', () => {
  const { protectedHeader, signature } = readReceipt(receipt);
  const renamed = Uint8Array.from([...protectedHeader.slice(0, 2), 0x32, ...protectedHeader.slice(3)]);
  const unprotected = new Map([[396, new Map([[-1, [encodeCbor([3, 1, inclusion.path])]]])]]);
  equal(readReceipt(encodeSign1([renamed, unprotected, null, signature])).origin, head.origin);
});

it('makes no receipt of another tree than was signed, nor of one leaf', async () => {
  throws(() => receiptOfInclusion(treeHead, { ...inclusion, treeSize: 4 }), CoseError);
  const one = await signTreeHead({ ...head, treeSize: 1 }, () => bytes(64, 9));
  throws(() => receiptOfInclusion(one, { treeSize: 1, leafIndex: 0, path: [] }), CoseError);
});

it('reads back any receipt, and of any other bytes throws nothing but its own error', async () => {
  const hash = uint8Array({ minLength: 32, maxLength: 32 });
  const path = array(hash, { minLength: 1, maxLength: 60 });
  await assert(
    asyncProperty(
      string({ unit: 'grapheme' }),
      nat(),
      nat(),
      path,
      hash,
      async (origin, treeSize, leafIndex, hashes, rootHash) => {
        const any = { origin, treeSize, keyId: bytes(4, 7) };
        const made = await signTreeHead({ ...any, rootHash }, () => bytes(64, 9));
        const {
          protectedHeader: _,
          signature: __,
          ...read
        } = readReceipt(receiptOfInclusion(made, { treeSize, leafIndex, path: hashes }));
        deepEqual(read, { ...any, leafIndex, path: hashes });
      },
    ),
  );
  assert(
    property(uint8Array({ maxLength: 100 }), nat(receipt.length), (other, at) => {
      throws(() => readReceipt(other), CoseError);
      throws(
        () => readReceipt(Uint8Array.from([...receipt.slice(0, at), ...other, ...receipt.slice(at), 0])),
        CoseError,
      );
    }),
  );
});
