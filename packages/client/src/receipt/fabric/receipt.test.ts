import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anything, assert, asyncProperty, constantFrom, nat } from 'fast-check';
import { recordedFabricProof } from '../../testing/recorded-fabric-proof.ts';
import type { TrustFile } from '../../trust-file.ts';
import { verifyProof } from '../../verify-proof.ts';
import { newAuthority } from '../testing/certificates.ts';
import {
  anchored,
  endorsed,
  enveloped,
  member,
  message,
  network,
  nowMs,
  organization,
  stateKey,
  trustIn,
  validity,
  type Endorsed,
} from '../testing/played-network.ts';
import { verifyFabricReceipt } from './receipt.ts';

describe('a receipt recorded of a real network', async () => {
  const { proof, trust, receipts } = await recordedFabricProof();
  const faultOf = async (receipt: unknown, trusted: TrustFile = trust): Promise<string | undefined> => {
    const verification = await verifyProof({ ...proof, receipt }, trusted);
    return verification.outcome === 'refuted' ? verification.at : verification.outcome;
  };

  it('proves that the checkpoint is on the ledger, and says who signed that', async () => {
    const verification = await verifyProof(proof, trust);
    ok(verification.outcome === 'proved' && verification.ledger.type === 'fabric');
    deepEqual(verification.ledger.endorsers, ['HospitalAMSP', 'HospitalBMSP']);
    deepEqual(verification.notProved, ['newest', 'complete', 'no-conspiracy']);
  });

  it('proves nothing of another transaction, and nothing once its key was written again', async () => {
    equal(await faultOf(receipts.later), 'not-written');
    equal(await faultOf(receipts.overwritten), 'effect');
    equal(await faultOf({ ...proof.receipt, effect: receipts.later['effect'] }), 'effect');
    equal(await faultOf({ ...receipts.later, effect: proof.receipt['effect'] }), 'not-written');
  });

  it('proves nothing to those who trust another network, channel, chaincode or other authorities', async () => {
    const { ledger } = trust;
    ok(ledger.type === 'fabric');
    const [a, b] = ledger.organizations;
    const c = { ...a!, mspId: 'HospitalCMSP' };
    const cases: readonly (readonly [Partial<typeof ledger>, string])[] = [
      [{ channel: 'other' }, 'channel'],
      [{ chaincode: 'other' }, 'chaincode'],
      [{ organizations: [a!] }, 'endorser-certificate'],
      [{ organizations: [{ ...a!, roots: b!.roots }, b!] }, 'endorser-certificate'],
      [{ organizations: [a!, b!, c] }, 'proved'],
      [{ organizations: [a!, b!, c, { ...c, mspId: 'HospitalDMSP' }] }, 'majority'],
    ];
    for (const [changed, fault] of cases)
      equal(await faultOf(proof.receipt, { ...trust, ledger: { ...ledger, ...changed } }), fault);
    const elsewhere = { ...trust, network: '0'.repeat(64) };
    const moved = await verifyProof({ ...proof, network: elsewhere.network }, elsewhere);
    equal(moved.outcome === 'refuted' && moved.at, 'network');
  });

  it('proves nothing with any bit of it flipped', async () => {
    const binary = ['transaction', 'effect'] as const;
    const bytes = {
      transaction: Buffer.from(String(proof.receipt['transaction']), 'base64'),
      effect: Buffer.from(String(proof.receipt['effect']), 'base64'),
    };
    await assert(
      asyncProperty(constantFrom(...binary), nat(100_000), nat(7), async (name, position, bit) => {
        const broken = Buffer.from(bytes[name]);
        broken[position % broken.length]! ^= 1 << bit;
        ok(
          (await faultOf({ ...proof.receipt, [name]: broken.toString('base64') })) !== 'proved',
          `${name} ${position} ${bit}`,
        );
      }),
      { numRuns: 1000 },
    );
    const text = Buffer.from(JSON.stringify(proof.receipt));
    await assert(
      asyncProperty(nat(text.length - 1), nat(7), async (position, bit) => {
        const broken = Buffer.from(text);
        broken[position]! ^= 1 << bit;
        let receipt: unknown;
        try {
          receipt = JSON.parse(broken.toString());
        } catch {
          return;
        }
        ok((await faultOf(receipt)) !== 'proved', `${position} ${bit}`);
      }),
      { numRuns: 300 },
    );
  });

  it('proves nothing with any member another thing, and never throws', async () => {
    await assert(
      asyncProperty(constantFrom(...Object.keys(proof.receipt)), anything(), async (name, value) => {
        ok((await faultOf({ ...proof.receipt, [name]: value })) !== 'proved');
      }),
    );
  });
});

const [a, b, c] = ['A', 'B', 'C'].map(organization);
const stranger = organization('A');
const trust = trustIn([a!, b!, c!]);
const expectation = { contract: 'anchor', transaction: 'Anchor', stateKey, value: { note: 'n', treeSize: 7 } };
const place = { blockNumber: 5, transactionNumber: 1 };
const founded = JSON.stringify({ network, policy: {}, revision: 0 });

const anchor: Endorsed = {
  creator: a!.client,
  endorsers: [a!.peer, b!.peer],
  args: ['anchor:Anchor', '{}'],
  writes: { [stateKey]: anchored },
};
const states: Endorsed = {
  creator: a!.client,
  endorsers: [a!.peer, b!.peer],
  args: ['directory:States', JSON.stringify(['directory/network', stateKey])],
  reads: { 'directory/network': [1, 0], [stateKey]: [5, 1] },
  result: JSON.stringify([founded, anchored]),
};

type Changes = {
  readonly transaction?: Partial<Endorsed>;
  readonly effect?: Partial<Endorsed>;
  readonly envelope?: (payload: Buffer) => string;
  readonly members?: object;
  readonly trust?: Partial<typeof trust>;
};

const verdictOn = async ({ transaction, effect, envelope, members, trust: trusted }: Changes): Promise<string> => {
  const spec = { ...anchor, ...transaction };
  const payload = endorsed(spec);
  const receipt = {
    type: 'fabric',
    channel: spec.channel ?? 'chartseal',
    chaincode: spec.chaincode ?? 'chartseal',
    transactionId: /[0-9a-f]{64}/.exec(payload.toString('latin1'))?.[0],
    ...place,
    transaction: envelope?.(payload) ?? enveloped(payload, spec.creator),
    effect: endorsed({ ...states, ...effect }).toString('base64'),
    ...members,
  };
  const verification = await verifyFabricReceipt(receipt, { ...trust, ...trusted }, expectation);
  return verification.outcome === 'refuted' ? verification.fault : verification.outcome;
};

const expired = member(
  'B',
  b!.authority.issue({ name: 'peer1', units: ['peer'] }, { validity: { fromMs: validity.fromMs, toMs: nowMs - 1000 } }),
);
const otherCurve = member('B', b!.authority.issue({ name: 'peer2', units: ['peer'] }, { curve: 'P-384' }));
const withUnits = (...units: readonly string[]) => member('B', b!.authority.issue({ name: 'peer4', units }));
const beneath = b!.authority.intermediate('beneath b');
const ofIntermediate = member('B', beneath.issue({ name: 'peer3', units: ['peer'] }));
const withIntermediate = { ...trust.organizations[1]!, intermediates: [beneath.certificate] };

describe('members who lie', () => {
  const attacks: Readonly<Record<string, readonly [Changes, string]>> = {
    'the truth': [{}, 'proved'],
    'three endorsers': [{ transaction: { endorsers: [a!.peer, b!.peer, c!.peer] } }, 'proved'],
    'another channel': [{ transaction: { channel: 'other' } }, 'channel'],
    'another chaincode': [{ transaction: { chaincode: 'other' } }, 'chaincode'],
    'arguments for another chaincode': [{ transaction: { invoked: 'other' } }, 'chaincode'],
    'another network of the same members': [
      { effect: { result: JSON.stringify([founded.replace('ab', 'ba'), anchored]) } },
      'network',
    ],
    'a network not founded': [{ effect: { result: JSON.stringify([null, anchored]) } }, 'network'],
    'one endorsement too few': [{ transaction: { endorsers: [b!.peer] } }, 'majority'],
    'no endorsement': [{ transaction: { endorsers: [] } }, 'majority'],
    'one organisation twice': [{ transaction: { endorsers: [a!.peer, a!.peer] } }, 'majority'],
    'a second peer of the same': [
      { transaction: { endorsers: [a!.peer, member('A', a!.authority.issue({ name: 'peer1', units: ['peer'] }))] } },
      'majority',
    ],
    'an endorser that is no peer': [{ transaction: { endorsers: [a!.peer, b!.client] } }, 'endorser-certificate'],
    'a peer with affiliations': [
      { transaction: { endorsers: [a!.peer, withUnits('east', 'peer', 'cardiology')] } },
      'proved',
    ],
    'a client that calls itself a peer': [
      { transaction: { endorsers: [a!.peer, withUnits('client', 'x + OU=peer', 'y\nOU=peer')] } },
      'endorser-certificate',
    ],
    'an endorser of an authority of its own': [
      { transaction: { endorsers: [stranger.peer, b!.peer] } },
      'endorser-certificate',
    ],
    'an endorser that says it is of another organisation': [
      { transaction: { endorsers: [a!.peer, { ...a!.peer, mspId: 'B' }] } },
      'endorser-certificate',
    ],
    'an endorser of an unknown organisation': [
      { transaction: { endorsers: [a!.peer, b!.peer, organization('D').peer] } },
      'endorser-certificate',
    ],
    'an endorser with another’s certificate': [
      { transaction: { endorsers: [a!.peer, { ...b!.peer, privateKey: a!.peer.privateKey }] } },
      'endorsement',
    ],
    'an expired endorser': [{ transaction: { endorsers: [a!.peer, expired] } }, 'endorser-certificate'],
    'the expired one, when it was valid': [
      { transaction: { endorsers: [a!.peer, expired], timeMs: nowMs - 60_000 } },
      'proved',
    ],
    'an endorser not valid yet': [{ transaction: { timeMs: validity.fromMs - 1000 } }, 'endorser-certificate'],
    'a key on another curve': [{ transaction: { endorsers: [a!.peer, otherCurve] } }, 'endorser-certificate'],
    'an intermediate that nobody pinned': [
      { transaction: { endorsers: [a!.peer, ofIntermediate] } },
      'endorser-certificate',
    ],
    'an intermediate that is pinned': [
      {
        transaction: { endorsers: [a!.peer, ofIntermediate] },
        trust: { organizations: [trust.organizations[0]!, withIntermediate, trust.organizations[2]!] },
      },
      'proved',
    ],
    'high-S endorsements': [{ transaction: { half: 'high' } }, 'endorsement'],
    'a high-S signature of the creator': [
      { envelope: (payload) => enveloped(payload, a!.client, 'high') },
      'creator-signature',
    ],
    'the signature of another': [{ envelope: (payload) => enveloped(payload, b!.client) }, 'creator-signature'],
    'no signature': [{ envelope: (payload) => message([1, payload]).toString('base64') }, 'creator-signature'],
    'something behind the signature': [
      {
        envelope: (payload) =>
          Buffer.concat([Buffer.from(enveloped(payload, a!.client), 'base64'), message([3, 'more'])]).toString(
            'base64',
          ),
      },
      'unreadable',
    ],
    'a creator of another MSP than it says': [
      { transaction: { creator: { ...b!.client, mspId: 'A' } } },
      'creator-certificate',
    ],
    'a creator of an unknown authority': [{ transaction: { creator: stranger.client } }, 'creator-certificate'],
    'an id of another creator': [{ transaction: { transactionId: 'cd'.repeat(32) } }, 'transaction-id'],
    'other arguments than those endorsed': [
      { transaction: { argsShown: ['anchor:Anchor', '{"more":1}'] } },
      'proposal-hash',
    ],
    'another function': [{ transaction: { args: ['anchor:Heartbeat'] } }, 'other-contract'],
    'another contract': [{ transaction: { args: ['directory:Anchor'] } }, 'other-contract'],
    'a function without its contract': [{ transaction: { args: ['Anchor'] } }, 'other-contract'],
    'a refusal': [{ transaction: { status: 500 } }, 'status'],
    'a moved key': [{ transaction: { writes: { 'anchor/log/b.example/records': anchored } } }, 'not-written'],
    'another value': [{ transaction: { writes: { [stateKey]: anchored.replace('7', '8') } } }, 'not-written'],
    'a value that is null': [{ transaction: { writes: { [stateKey]: 'null' } } }, 'not-written'],
    'no evidence of its effect': [{ members: { effect: undefined } }, 'effect'],
    'evidence of another transaction before it': [{ effect: { reads: { [stateKey]: [4, 1] } } }, 'effect'],
    'evidence of another one in its block': [{ effect: { reads: { [stateKey]: [5, 0] } } }, 'effect'],
    'evidence of a key that was not read': [{ effect: { reads: {} } }, 'effect'],
    'evidence of another key': [
      {
        effect: {
          args: ['directory:States', JSON.stringify(['directory/network', 'other'])],
          reads: { other: [5, 1] },
        },
      },
      'effect',
    ],
    'evidence of another value': [
      { effect: { result: JSON.stringify([founded, anchored.replace('7', '8')]) } },
      'effect',
    ],
    'evidence by another function': [
      { effect: { args: ['directory:Get', JSON.stringify(['directory/network', stateKey])] } },
      'effect',
    ],
    'evidence of another chaincode': [{ effect: { chaincode: 'other' } }, 'effect'],
    'evidence by one alone': [{ effect: { endorsers: [a!.peer] } }, 'effect'],
    'evidence by one twice': [{ effect: { endorsers: [a!.peer, a!.peer] } }, 'effect'],
    'evidence by a stranger': [{ effect: { endorsers: [a!.peer, organization('B').peer] } }, 'effect'],
    'evidence with another question than was endorsed': [
      { effect: { args: ['directory:States', '["directory/network","x"]'], argsShown: states.args } },
      'effect',
    ],
    'the transaction as its own evidence': [{ effect: anchor }, 'effect'],
    'another place': [{ members: { blockNumber: 6 } }, 'effect'],
    'another place in the block': [{ members: { transactionNumber: 0 } }, 'effect'],
  };
  for (const [name, [changes, verdict]] of Object.entries(attacks)) {
    it(`${name}: ${verdict}`, async () => {
      equal(await verdictOn(changes), verdict);
    });
  }

  it('an authority that had expired vouches for nobody', async () => {
    const old = newAuthority('old', { ...validity, toMs: nowMs - 60_000 });
    const peer = member('B', old.issue({ name: 'peer0', units: ['peer'] }, { validity }));
    const organizations = trust.organizations.map((each) =>
      each.mspId === 'B' ? { mspId: 'B', roots: [old.certificate] } : each,
    );
    const changes = {
      transaction: { endorsers: [a!.peer, peer] },
      effect: { endorsers: [a!.peer, c!.peer] },
      trust: { organizations },
    };
    equal(await verdictOn(changes), 'endorser-certificate');
  });
});
