/** A proof that was carried elsewhere, with any of its characters another one. */
import { equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyProofText, type ProofFault, type ProofVerification, type TrustFile } from '@chartseal/client';
import { anchoredProof, recordedFabricProof, type AnchoredProof } from '@chartseal/client/testing';

/** The links that a change in this member may break: any other would send who looks for the damage to the wrong place. */
const linksOf: Readonly<Record<string, readonly ProofFault[]>> = {
  type: [],
  network: ['network'],
  resource: ['not-canonical', 'commitment'],
  key: ['commitment'],
  entry: ['commitment'],
  proof: ['tlog-proof', 'log', 'checkpoint', 'inclusion'],
  receipt: ['receipt-type', 'receipt'],
};

type Region = { readonly member: string; readonly from: number; readonly to: number };

const regionsOf = (proof: AnchoredProof['proof']): { readonly text: string; readonly regions: readonly Region[] } => {
  let text = '';
  const regions = Object.entries(proof).map(([member, value]): Region => {
    const from = text.length;
    text += `${text === '' ? '{' : ','}${JSON.stringify(member)}:${JSON.stringify(value)}`;
    return { member, from, to: text.length };
  });
  return { text: `${text}}`, regions };
};

const flips = [1, 0x20];
const inserted = [' ', '0', '-', '"'];

/** Each with one character in this place changed, gone, or before it one more. */
const alterationsAt = (text: string, at: number): readonly string[] => {
  const [before, after] = [text.slice(0, at), text.slice(at + 1)];
  return [
    ...flips.map((bits) => `${before}${String.fromCharCode(text.charCodeAt(at) ^ bits)}${after}`),
    before + after,
    ...inserted.map((character) => `${before}${character}${text.slice(at)}`),
  ];
};

const judge = (
  verification: ProofVerification,
  whole: string,
  { text, original, member }: { readonly text: string; readonly original: string; readonly member: string },
): 'refuted' | 'same' => {
  if (verification.outcome === 'proved') {
    // White space between two words of JSON, or a minus before a zero: the proof shown is the same one.
    equal(JSON.stringify(JSON.parse(text)), original);
    equal(JSON.stringify(verification), whole);
    return 'same';
  }
  const { fault, at } = verification;
  const isRight = fault === 'malformed' ? at === 'json' || at === member : linksOf[member]?.includes(fault) === true;
  ok(isRight, `${member}: ${fault} ${at ?? ''}`);
  return 'refuted';
};

const alter = async (
  { proof, trust }: { readonly proof: AnchoredProof['proof']; readonly trust: TrustFile },
  isThorough: (at: number, original: string) => boolean,
): Promise<Readonly<Record<'refuted' | 'same', number>>> => {
  const { text: original, regions } = regionsOf(proof);
  const whole = await verifyProofText(original, trust);
  equal(whole.outcome, 'proved');
  const counts = { refuted: 0, same: 0 };
  for (const { member, from, to } of regions)
    for (let at = from; at < to; at += 1) {
      const altered = alterationsAt(original, at);
      for (const text of isThorough(at, original) ? altered : altered.slice(0, 1))
        counts[judge(await verifyProofText(text, trust), JSON.stringify(whole), { text, original, member })] += 1;
    }
  return counts;
};

describe('a proof with any character altered', () => {
  it('of an embedded ledger: proves nothing else, and the link named is the one that broke', async () => {
    const counts = await alter(
      await anchoredProof('{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation"}'),
      () => true,
    );
    ok(counts.refuted > 20_000 && counts.same < 300, JSON.stringify(counts));
  });

  it('of Fabric: proves nothing else, and the link named is the one that broke', async () => {
    // Within the signed messages each takes some milliseconds: one change of each character there.
    const isOutside = (at: number, text: string): boolean =>
      !/[A-Za-z0-9+/=]{500}/.test(text.slice(at - 250, at + 250));
    const counts = await alter(await recordedFabricProof(), isOutside);
    ok(counts.refuted > 20_000 && counts.same < 300, JSON.stringify(counts));
  });
});
