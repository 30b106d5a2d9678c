import { equal, notEqual } from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  option,
  record,
  type Arbitrary,
} from 'fast-check';
import {
  authorityKeyId,
  basicConstraints,
  certificateOf,
  keyUsage,
  nameConstraints,
  subjectKeyId,
} from '../testing/certificates.ts';
import { certifiedByNode } from '../testing/node-certificate.ts';
import { nowMs, validity } from '../testing/played-network.ts';
import { certifiedKey, readAuthority, type Authorities, type Role } from './certification.ts';

type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const ec = (namedCurve: string): KeyPair => generateKeyPairSync('ec', { namedCurve });
const keysOf: Readonly<Record<string, readonly KeyPair[]>> = {
  'P-256': [ec('P-256'), ec('P-256'), ec('P-256'), ec('P-256')],
  'P-384': [ec('P-384'), ec('P-384')],
  'P-521': [ec('P-521'), ec('P-521')],
  ed25519: [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')],
  rsa: [generateKeyPairSync('rsa', { modulusLength: 2048 })],
};
const keys = Object.values(keysOf).flat();
const p256 = keysOf['P-256'] ?? [];

const hourMs = 3_600_000;
const validities = {
  now: validity,
  past: { fromMs: validity.fromMs, toMs: nowMs - hourMs },
  future: { fromMs: nowMs + hourMs, toMs: validity.toMs },
  exactly: { fromMs: nowMs, toMs: nowMs },
};

/** Mostly sound, or a chain of several would hardly ever lead anywhere. */
const mostly = <T>(sound: T, ...others: readonly T[]): Arbitrary<T> =>
  oneof({ arbitrary: constant(sound), weight: 12 }, { arbitrary: constantFrom(...others), weight: 1 });
const someTime = mostly<keyof typeof validities>('now', 'past', 'future', 'exactly');

const authorities = record({
  key: nat(keys.length - 1),
  validity: someTime,
  isAuthority: mostly(true, false),
  pathLength: mostly<number | undefined>(undefined, 0, 1, 2),
  maySign: mostly<boolean | undefined>(undefined, true, false),
  signer: mostly<'own' | number>('own', 0, 1, 4),
  issuer: mostly('own', 'other', 'authority 0'),
  keyId: option(constantFrom('k0', 'k1'), { nil: undefined }),
  issuerKeyId: mostly<string | undefined>(undefined, 'k0', 'k1'),
  isPinned: mostly(true, false),
});

const worlds = record({
  chain: array(authorities, { minLength: 1, maxLength: 4 }),
  leaf: record({
    key: constantFrom(...keys.keys()),
    isOnP256: mostly(true, false),
    validity: someTime,
    units: array(constantFrom('peer', 'client', 'x + OU=peer', 'y\nOU=peer', 'péer'), { maxLength: 3 }),
    signer: mostly<'own' | number>('own', 0, 1, 4),
    issuer: mostly('own', 'other'),
    issuerKeyId: mostly<string | undefined>(undefined, 'k0', 'k1'),
  }),
  role: constantFrom<Role>('peer', 'any'),
  isLooped: boolean(),
});

type World = typeof worlds extends Arbitrary<infer T> ? T : never;

const build = ({ chain, leaf, isLooped }: World): { readonly pem: string; readonly pinned: Authorities } => {
  const nameOf = (index: number): string => `authority ${index}`;
  const keyOf = (index: number): KeyPair => keys[index % keys.length] ?? ec('P-256');
  const pems = chain.map((each, index) => {
    const above = Math.max(index - 1, 0);
    const signer = each.signer === 'own' ? (chain[above]?.key ?? 0) : each.signer;
    return certificateOf({
      subject: { name: nameOf(index), units: ['authority'] },
      publicKey: keyOf(each.key).publicKey,
      issuer: { name: each.issuer === 'own' ? nameOf(above) : each.issuer, units: ['authority'] },
      signer: keyOf(signer).privateKey,
      validity: validities[each.validity],
      extensions: [
        basicConstraints(each.isAuthority, each.pathLength),
        ...(each.maySign === undefined ? [] : [keyUsage(each.maySign)]),
        ...(each.keyId === undefined ? [] : [subjectKeyId(each.keyId)]),
        ...(each.issuerKeyId === undefined ? [] : [authorityKeyId(each.issuerKeyId)]),
      ],
    });
  });
  const last = chain.length - 1;
  const own = leaf.isOnP256 ? p256[leaf.key % p256.length] : undefined;
  const pem = certificateOf({
    subject: { name: 'peer0', units: leaf.units },
    publicKey: (own ?? keyOf(leaf.key)).publicKey,
    issuer: { name: leaf.issuer === 'own' ? nameOf(last) : leaf.issuer, units: ['authority'] },
    signer: keyOf(leaf.signer === 'own' ? (chain[last]?.key ?? 0) : leaf.signer).privateKey,
    validity: validities[leaf.validity],
    extensions: leaf.issuerKeyId === undefined ? [] : [authorityKeyId(leaf.issuerKeyId)],
  });
  const intermediates = pems.filter((_, index) => index > 0 && chain[index]?.isPinned === true);
  const roots = pems.slice(0, 1);
  return { pem, pinned: { roots, intermediates: isLooped ? [...intermediates, ...roots] : intermediates } };
};

const verdicts = async (pem: string, pinned: Authorities, role: Role) => {
  const [own, nodes] = await Promise.all([
    certifiedKey(pem, pinned, nowMs, role),
    certifiedByNode(pem, pinned, nowMs, role),
  ]);
  return { own: own !== undefined, nodes: nodes !== undefined };
};

describe('certificates', () => {
  it('are judged as Node judges them, and by the length of their path besides', async () => {
    const seen = { certified: 0, refused: 0 };
    await assert(
      asyncProperty(worlds, async (world) => {
        const { pem, pinned } = build(world);
        const { own, nodes } = await verdicts(pem, pinned, world.role);
        const isLong = world.chain.some(({ pathLength = 9 }, index) => pathLength < world.chain.length - 1 - index);
        // With a short path, Node says yes and we say no, but for where a copy of the root cuts the path short.
        if (!isLong) equal(own, nodes);
        if (own) equal(nodes, true);
        seen[own ? 'certified' : 'refused'] += 1;
      }),
      { numRuns: 400 },
    );
    notEqual(seen.certified, 0);
    notEqual(seen.refused, 0);
  });

  it('with a shorter path than they have, or a limit that is not known here, vouch for nobody', async () => {
    const [root, below, leaf] = p256;
    const named = (name: string) => ({ name, units: ['authority'] });
    const chainOf = (pathLength: number | undefined, ...more: readonly Buffer[]) => {
      const signed = { validity, signer: root!.privateKey, issuer: named('root') };
      const extensions = [basicConstraints(true, pathLength), ...more];
      const top = certificateOf({ ...signed, subject: named('root'), publicKey: root!.publicKey, extensions });
      const middle = certificateOf({
        ...signed,
        subject: named('below'),
        publicKey: below!.publicKey,
        extensions: [basicConstraints(true)],
      });
      const pem = certificateOf({
        validity,
        signer: below!.privateKey,
        issuer: named('below'),
        subject: { name: 'peer0', units: ['peer'] },
        publicKey: leaf!.publicKey,
        extensions: [],
      });
      return { pem, pinned: { roots: [top], intermediates: [middle] } };
    };
    const cases = [
      [chainOf(undefined), true],
      [chainOf(1), true],
      [chainOf(0), false],
      [chainOf(undefined, keyUsage(true)), true],
      [chainOf(undefined, keyUsage(false)), false],
      [chainOf(undefined, nameConstraints), false],
    ] as const;
    for (const [{ pem, pinned }, isCertified] of cases)
      equal((await certifiedKey(pem, pinned, nowMs, 'peer')) !== undefined, isCertified);
  });

  it('that certified each other lead nowhere, and not for ever', async () => {
    const [one, two, stranger] = p256;
    const named = (name: string) => ({ name, units: ['peer'] });
    const certificate = (subject: string, key: KeyPair, issuer: string, signer: KeyPair): string =>
      certificateOf({
        subject: named(subject),
        publicKey: key.publicKey,
        issuer: named(issuer),
        signer: signer.privateKey,
        validity,
        extensions: [basicConstraints(true)],
      });
    const intermediates = [certificate('one', one!, 'two', two!), certificate('two', two!, 'one', one!)];
    const root = certificate('root', stranger!, 'root', stranger!);
    const leaf = certificate('leaf', stranger!, 'one', one!);
    equal(await certifiedKey(leaf, { roots: [root], intermediates }, nowMs, 'peer'), undefined);
    const bridge = certificate('two', two!, 'root', stranger!);
    const bridged = { roots: [root], intermediates: [...intermediates, bridge] };
    notEqual(await certifiedKey(leaf, bridged, nowMs, 'peer'), undefined);
  });

  it('are one in PEM, with nothing in it that no authority signed', async () => {
    const [own] = p256;
    const subject = { name: 'root', units: [] };
    const spec = { subject, issuer: subject, validity, publicKey: own!.publicKey, signer: own!.privateKey };
    const pem = certificateOf({ ...spec, extensions: [basicConstraints(true)] });
    const { raw } = new X509Certificate(pem);
    const armoured = (der: Uint8Array): string =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
    notEqual(readAuthority(armoured(raw)), undefined);
    const indefinite = Buffer.concat([Buffer.of(0x30, 0x80), raw.subarray(raw[1] === 0x82 ? 4 : 3), Buffer.alloc(2)]);
    for (const other of [
      '',
      'x',
      pem + pem,
      ` ${pem}`,
      pem.replace('CERTIFICATE', 'KEY'),
      armoured(Buffer.concat([raw, Buffer.of(0)])),
      armoured(raw.subarray(0, -1)),
      armoured(indefinite),
    ])
      equal(readAuthority(other), undefined);
  });
});
