import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import type { Cosignature, WitnessedTree } from '@chartseal/ports';
import {
  cosign,
  emptyRoot,
  formatCheckpoint,
  formatCosignerKey,
  formatSignature,
  formatVerifierKey,
  makeCosignerKey,
  makeVerifierKey,
  signNote,
  toBase64,
} from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';
import { checkWitnesses, type WitnessRecords } from './check-witnesses.ts';

const [logPair, witnessPair] = [generateEd25519(), generateEd25519()];
const origin = 'b.example/records';
const key = makeVerifierKey(sha256, origin, logPair.publicKey);
const witness = makeCosignerKey(sha256, 'c.example/witness', witnessPair.publicKey);
const rootHash = emptyRoot(sha256);
const text = formatCheckpoint({ origin, treeSize: 0, rootHash, extensions: [] });
const note = await signNote(text, key, logPair.sign);
const line = formatSignature(await cosign(text, witness, 1, witnessPair.sign));

const tree: WitnessedTree = { origin, treeSize: 0, rootHash: toBase64(rootHash), note };
const cosignature: Cosignature = {
  log: 'records',
  treeSize: 0,
  rootHash: toBase64(rootHash),
  witness: formatCosignerKey(witness),
  line,
};
const pin = { organization: 'hospital-c', witnessUrl: 'https://c.example/witness', verifierKey: cosignature.witness };

/** One bit of a base64 text, so that it stays one. */
const flipped = (value: string): string => value.replace(/.(?=.{5}=*\n?$)/, (letter) => (letter === 'A' ? 'B' : 'A'));

const placesOf = async (changed: {
  readonly tree?: Partial<WitnessedTree>;
  readonly cosignature?: Partial<Cosignature>;
  readonly verifierKey?: string;
  readonly logKeys?: WitnessRecords['logKeys'];
}): Promise<readonly string[]> => {
  const places: string[] = [];
  const { verifierKey = pin.verifierKey, logKeys = new Map([[origin, formatVerifierKey(key)]]) } = changed;
  await checkWitnesses(
    {
      witnessed: { trees: async () => [{ ...tree, ...changed.tree }] },
      cosignatures: {
        held: async () => [{ ...cosignature, ...changed.cosignature }],
        pins: async () => [{ ...pin, verifierKey }],
      },
      logKeys,
      checkpoints: [{ log: 'records', note }],
    },
    ({ place }) => void places.push(place),
  );
  return places;
};

it('finds nothing where all is as it was signed, and names whatever is not', async () => {
  const witnessed = ['witnessed log b.example/records size 0'];
  const cosigned = ['records cosignature of size 0'];
  deepEqual(await placesOf({}), []);
  deepEqual(await placesOf({ logKeys: new Map() }), []);
  deepEqual(await placesOf({ tree: { note: flipped(note) } }), witnessed);
  deepEqual(await placesOf({ tree: { rootHash: flipped(tree.rootHash) } }), witnessed);
  deepEqual(await placesOf({ tree: { rootHash: flipped(tree.rootHash) }, logKeys: new Map() }), witnessed);
  deepEqual(await placesOf({ tree: { note: 'no note' }, logKeys: new Map() }), witnessed);
  deepEqual(await placesOf({ tree: { treeSize: 1 } }), ['witnessed log b.example/records size 1']);
  deepEqual(await placesOf({ cosignature: { line: flipped(line) } }), cosigned);
  deepEqual(await placesOf({ cosignature: { line: 'no line' } }), cosigned);
  deepEqual(await placesOf({ cosignature: { witness: flipped(cosignature.witness) } }), cosigned);
  // Of a tree that is on its way out nothing is left to hold it against but its form.
  deepEqual(await placesOf({ cosignature: { treeSize: 7 } }), []);
  deepEqual(await placesOf({ cosignature: { treeSize: 7, line: 'no line' } }), ['records cosignature of size 7']);
  deepEqual(await placesOf({ verifierKey: flipped(pin.verifierKey) }), ['witness of hospital-c']);
});
