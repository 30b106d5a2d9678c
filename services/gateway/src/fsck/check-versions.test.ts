import { deepEqual } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import type { StoredVersion } from '@chartseal/ports';
import type { LeafRange } from '@chartseal/tlog';
import { checkVersions, type Inspected } from './check-versions.ts';
import { LeafRanges } from './leaf-ranges.ts';
import { Leaves } from './leaves.ts';

const day = 24 * 60 * 60 * 1000;
const now = 400 * day;
const lastUpdated = '2026-01-02T03:04:05.678Z';

type Version = Extract<Inspected, { kind: 'version' }>;

const version = (leafIndex: number, changes: Partial<StoredVersion> = {}): Version => {
  const id = `o${leafIndex}`;
  const content = JSON.stringify({ id, meta: { lastUpdated, versionId: '1' }, resourceType: 'Observation' });
  const commitmentKey = new Uint8Array(32).fill(leafIndex);
  const commitment = new Uint8Array(createHmac('sha256', commitmentKey).update(content).digest());
  const row = { resourceType: 'Observation', id, handle: id, versionId: 1, lastUpdated, log: 'records' } as const;
  return {
    kind: 'version',
    version: { ...row, state: 'content', content, commitmentKey, commitment, ...changes },
    sequencing: { state: 'sequenced', leafIndex },
    bytesHash: undefined,
  };
};

const erased = (leafIndex: number, erasedAt: number, changes: Partial<StoredVersion> = {}): Version =>
  version(leafIndex, {
    content: JSON.stringify({
      deleted: true,
      id: `o${leafIndex}`,
      meta: { lastUpdated, versionId: '1' },
      resourceType: 'Observation',
    }),
    commitmentKey: new Uint8Array(),
    state: 'deleted',
    erasedAt,
    ...changes,
  });

const unsequenced = (value: string): Version => ({
  ...version(3),
  sequencing: { state: 'unsequenced', pending: [{ value }] },
});

type Stated = { readonly erased?: readonly LeafRange[]; readonly lost?: readonly LeafRange[]; readonly from?: number };

/** In a log with leaves 0 to 2, each of its version's commitment. */
const check = async (versions: readonly Version[], { erased = [], lost = [], from = 0 }: Stated = {}) => {
  const found: string[] = [];
  const leaves = new Leaves(from, 3);
  for (const leaf of [0, 1, 2]) leaves.put(leaf, version(leaf).version.commitment);
  const records = { leaves, anchoredSize: 2, erased: new LeafRanges(erased), lost: new LeafRanges(lost) };
  const access = { leaves: new Leaves(0, 0), anchoredSize: 0, erased: new LeafRanges([]), lost: new LeafRanges([]) };
  const all = async function* () {
    yield* versions;
  };
  const counts = await checkVersions(all(), { records, access }, now, ({ place, problem }) => {
    found.push(`${place}: ${problem}`);
  });
  return [found, counts] as const;
};

const others = [version(1), version(2)];
const sound = { versions: 3, pending: 1, unstated: 0 };
const named = (problem: string): readonly string[] => [`record o0 version 1: ${problem}`];

describe('Versions against the leaves of their log', () => {
  const rows: readonly (readonly [string, readonly Version[], Stated, readonly string[], object])[] = [
    ['each of which has its own', [version(0), ...others], {}, [], sound],
    [
      'one that says another thing',
      [version(0, { content: '{}' }), ...others],
      {},
      [
        ...named('its content is not what its commitment is to'),
        ...named('its row names another version than its content'),
      ],
      sound,
    ],
    ['one that is not there', others, {}, ['records leaf 0: belongs to no stored version'], { ...sound, versions: 2 }],
    ['one that was declared as lost', others, { lost: [[0, 0]] }, [], { ...sound, versions: 2 }],
    [
      'several that are not there',
      [version(2)],
      { lost: [[2, 9]] },
      ['records leaves 0 to 1: belongs to no stored version'],
      { ...sound, versions: 1 },
    ],
    ['what lies below where the look began', others, { from: 1 }, [], { ...sound, versions: 2 }],
    [
      'two on one leaf',
      [version(0), version(0), ...others],
      {},
      named('shares leaf 0 of records with another version'),
      { ...sound, versions: 4 },
    ],
    [
      'one on another’s leaf',
      [{ ...version(0), sequencing: version(1).sequencing }, version(2)],
      {},
      [...named('leaf 1 of records is not its commitment'), 'records leaf 0: belongs to no stored version'],
      { ...sound, versions: 2 },
    ],
    [
      'one that is on its way',
      [version(0), ...others, unsequenced('{"data":{"versionId":1}}')],
      {},
      [],
      { ...sound, versions: 4, pending: 2 },
    ],
    [
      'one that nothing would give a leaf',
      [version(0), ...others, unsequenced('{"data":{"versionId":2}}')],
      {},
      ['record o3 version 1: has no leaf, and no event that would give it one'],
      { ...sound, versions: 4, pending: 2 },
    ],
    ['one that was erased, as the ledger was told', [erased(0, 5), ...others], { erased: [[0, 0]] }, [], sound],
    [
      'one whose erasure is on its way to the ledger',
      [erased(0, now - day), ...others],
      {},
      [],
      { ...sound, unstated: 1 },
    ],
    [
      'one whose erasure never came there',
      [erased(0, now - day - 1), ...others],
      { erased: [[1, 1]] },
      [
        ...named('was erased, and the ledger was not told'),
        'record o1 version 1: is here, and the ledger says that it was erased',
      ],
      { ...sound, unstated: 1 },
    ],
    [
      'one of which something is left',
      [erased(0, 5, { commitmentKey: Uint8Array.of(1) }), ...others],
      { erased: [[0, 0]] },
      named('was erased, and something of it is left'),
      sound,
    ],
    [
      'one that came back from a backup',
      [version(0), ...others],
      { erased: [[0, 0]] },
      named('is here, and the ledger says that it was erased'),
      sound,
    ],
  ];
  for (const [what, versions, stated, found, counts] of rows)
    it(what, async () => deepEqual(await check(versions, stated), [found, counts]));
});
