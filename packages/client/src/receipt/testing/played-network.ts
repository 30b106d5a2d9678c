/** Receipts as members of a network of the test's own would make them, and as attackers among them could, who hold keys of their own. */
import { createHash, randomBytes, sign } from 'node:crypto';
import type { FabricLedgerTrust } from '../fabric/endorsed.ts';
import type { Certified } from './certificates.ts';
import { newAuthority, type Authority } from './certificates.ts';

export const channel = 'chartseal';
export const network = 'ab'.repeat(32);
export const nowMs = Date.parse('2026-11-23T05:00:00Z');
const dayMs = 86_400_000;
export const validity = { fromMs: nowMs - dayMs, toMs: nowMs + dayMs };
export const stateKey = 'anchor/log/a.example/records';
export const anchored = JSON.stringify({ note: 'n', transactionId: 't', treeSize: 7 });

export type Member = Certified & { readonly mspId: string };
export type Organization = {
  readonly mspId: string;
  readonly authority: Authority;
  readonly peer: Member;
  readonly client: Member;
};

export const member = (mspId: string, certified: Certified): Member => ({ mspId, ...certified });

export const organization = (mspId: string): Organization => {
  const authority = newAuthority(`ca.${mspId}`, validity);
  const issue = (name: string, unit: string): Member => member(mspId, authority.issue({ name, units: [unit] }));
  return { mspId, authority, peer: issue('peer0', 'peer'), client: issue('gateway', 'client') };
};

export const trustIn = (organizations: readonly Organization[]): FabricLedgerTrust => ({
  network,
  channel,
  chaincode: 'chartseal',
  organizations: organizations.map(({ mspId, authority }) => ({ mspId, roots: [authority.certificate] })),
});

/** Protocol Buffers: bytes and texts are length-delimited, numbers varints. */
export const message = (
  ...fields: readonly (readonly [field: number, value: Uint8Array | string | number])[]
): Buffer =>
  Buffer.concat(
    fields.map(([field, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(field * 8), varint(value)]);
      const bytes = Buffer.from(value as Uint8Array);
      return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
    }),
  );

const varint = (value: number): Buffer =>
  value < 128 ? Buffer.of(value) : Buffer.concat([Buffer.of((value % 128) + 128), varint(Math.floor(value / 128))]);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** DER, with s in the half of the order that is asked for. */
export const signed = ({ privateKey }: Certified, data: Uint8Array, half: 'low' | 'high' = 'low'): Buffer => {
  const raw = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
  const s = BigInt(`0x${raw.slice(64)}`);
  const isHigh = s > order / 2n;
  const chosen = isHigh === (half === 'high') ? s : order - s;
  const numbers = [raw.slice(0, 64), chosen.toString(16).padStart(64, '0')].map((hex) => {
    const digits = Buffer.from(hex.replace(/^(00)+/, ''), 'hex');
    const number = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(0x02, number.length), number]);
  });
  const body = Buffer.concat(numbers);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
};

type Version = readonly [blockNumber: number, transactionNumber: number];

export type Endorsed = {
  readonly creator: Member;
  readonly endorsers: readonly Member[];
  readonly args: readonly string[];
  readonly channel?: string;
  readonly chaincode?: string;
  /** The chaincode that its arguments are for, if that is another one. */
  readonly invoked?: string;
  readonly status?: number;
  readonly result?: string;
  readonly reads?: Readonly<Record<string, Version>>;
  readonly writes?: Readonly<Record<string, string>>;
  readonly timeMs?: number;
  /** Instead of the one that belongs to nonce and creator. */
  readonly transactionId?: string;
  /** Put in place of the arguments after endorsing. */
  readonly argsShown?: readonly string[];
  readonly half?: 'low' | 'high';
};

const identityOf = ({ mspId, certificate }: Member): Buffer => message([1, mspId], [2, certificate]);

/** common.Payload */
export const endorsed = (spec: Endorsed): Buffer => {
  const { chaincode = 'chartseal', invoked = chaincode, timeMs = nowMs, argsShown = spec.args } = spec;
  const [creator, nonce] = [identityOf(spec.creator), randomBytes(24)];
  const signatureHeader = message([1, creator], [2, nonce]);
  const channelHeader = message(
    [1, 3],
    [3, message([1, Math.floor(timeMs / 1000)])],
    [4, spec.channel ?? channel],
    [5, spec.transactionId ?? sha256(nonce, creator).toString('hex')],
    [7, message([2, message([2, chaincode])])],
  );
  const proposal = (args: readonly string[]): Buffer => {
    const input = message(...args.map((arg) => [1, arg] as const));
    return message([1, message([1, message([1, 1], [2, message([2, invoked])], [3, input])])]);
  };
  const responsePayload = message(
    [1, sha256(channelHeader, signatureHeader, proposal(spec.args))],
    [2, chaincodeAction(spec, chaincode)],
  );
  const endorsements = spec.endorsers.map((endorser) => {
    const signature = signed(endorser, Buffer.concat([responsePayload, identityOf(endorser)]), spec.half);
    return [2, message([1, identityOf(endorser)], [2, signature])] as const;
  });
  const action = message([1, proposal(argsShown)], [2, message([1, responsePayload], ...endorsements)]);
  const header = message([1, channelHeader], [2, signatureHeader]);
  return message([1, header], [2, message([1, message([1, signatureHeader], [2, action])])]);
};

const chaincodeAction = (
  { reads = {}, writes = {}, status = 200, result = '' }: Endorsed,
  chaincode: string,
): Buffer => {
  const set = message(
    ...Object.entries(reads).map(
      ([key, [block, number]]) => [1, message([1, key], [2, message([1, block], [2, number])])] as const,
    ),
    ...Object.entries(writes).map(([key, value]) => [3, message([1, key], [3, value])] as const),
  );
  const lifecycle = message([1, '_lifecycle'], [2, message([1, message([1, 'namespaces/fields/chartseal/Sequence'])])]);
  const results = message([2, lifecycle], [2, message([1, chaincode], [2, set])]);
  return message([1, results], [3, message([1, status], [3, result])], [4, message([2, chaincode])]);
};

/** base64 of common.Envelope */
export const enveloped = (payload: Uint8Array, creator: Member, half: 'low' | 'high' = 'low'): string =>
  message([1, payload], [2, signed(creator, payload, half)]).toString('base64');
