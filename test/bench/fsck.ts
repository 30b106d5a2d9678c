/**
 * `pnpm bench:fsck`: how many records a second `chartseal fsck` checks on one core when nothing has to be waited for: the HMAC of each content, its row
 * against its content, its leaf, the tree and every tile. In memory: versions of about 1 kB, and the log of them. The number of versions may be given.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { LogHead, LogStore } from '@chartseal/ports';
import { checkLog, checkVersions, LeafRanges, type Inspected } from '@chartseal/service-gateway';
import { emptyTree, integrate, makeVerifierKey, serialiseTree, tilePath, type CompactTree } from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';

const count = Number(process.argv[2] ?? 200_000);
const lastUpdated = '2026-01-02T03:04:05.678Z';

/** What a laboratory sends, as it is stored: canonical, about 1 kB. */
const contentOf = (id: string): string =>
  JSON.stringify({
    category: [
      { coding: [{ code: 'laboratory', system: 'http://terminology.hl7.org/CodeSystem/observation-category' }] },
    ],
    code: { coding: [{ code: '2339-0', display: 'Glucose [Mass/volume] in Blood', system: 'http://loinc.org' }] },
    effectiveDateTime: '2026-01-02T03:04:05Z',
    id,
    meta: { lastUpdated, versionId: '1' },
    note: [{ text: 'Fasting, venous, taken at the ward. '.repeat(12) }],
    resourceType: 'Observation',
    status: 'final',
    subject: { reference: `Patient/${id}` },
    valueQuantity: { code: 'mg/dL', system: 'http://unitsofmeasure.org', unit: 'mg/dL', value: 101.5 },
  });

const version = (leafIndex: number): Extract<Inspected, { kind: 'version' }> => {
  const id = randomUUID();
  const content = contentOf(id);
  const commitmentKey = new Uint8Array(randomBytes(32));
  const commitment = new Uint8Array(createHmac('sha256', commitmentKey).update(content).digest());
  const row = { resourceType: 'Observation', id, handle: id, versionId: 1, lastUpdated, log: 'records' } as const;
  return {
    kind: 'version',
    version: { ...row, state: 'content', content, commitmentKey, commitment },
    sequencing: { state: 'sequenced', leafIndex },
    bytesHash: undefined,
  };
};

const logOf = async (entries: readonly Uint8Array[]): Promise<Pick<LogStore, 'head' | 'checkpoint' | 'readTile'>> => {
  const tiles = new Map<string, Uint8Array>();
  let tree: CompactTree = emptyTree;
  for (let from = 0; from < entries.length; from += 256) {
    const grown = await integrate(sha256, tree, entries.slice(from, from + 256), async (tile) =>
      tiles.get(tilePath(tile)),
    );
    for (const tile of grown.tiles) tiles.set(tilePath(tile), tile.data);
    ({ tree } = grown);
  }
  const head: LogHead = { treeSize: tree.treeSize, state: serialiseTree(tree) };
  return {
    head: async () => head,
    checkpoint: async () => undefined,
    readTile: async (_log, tile) => tiles.get(tilePath(tile)),
  };
};

const versions = Array.from({ length: count }, (_, at) => version(at));
const mean = versions.reduce((sum, { version: { content } }) => sum + content.length, 0) / count;
const log = await logOf(versions.map(({ version: { commitment } }) => commitment));
const key = makeVerifierKey(sha256, 'bench.example/log/records', generateEd25519().publicKey);
console.log(`${count} versions of ${mean.toFixed(0)} bytes`);

const none = new LeafRanges([]);
const wrong: string[] = [];
const report = ({ place, problem }: { readonly place: string; readonly problem: string }): void => {
  wrong.push(`${place}: ${problem}`);
};

/** By the processor's time: others may be at work on the machine. */
const measured = async <T>(what: string, work: () => Promise<T>): Promise<{ seconds: number; result: T }> => {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  console.log(`${what.padEnd(48)} ${(count / seconds).toFixed(0).padStart(8)}/s of one core`);
  return { seconds, result };
};

for (const round of ['first, with everything cold', 'again']) {
  console.log(round);
  const tree = await measured('the tree and its tiles', () =>
    checkLog(log, 'records', { keys: [key], sizes: [count] }, report),
  );
  const { leaves } = tree.result;
  const empty = await checkLog(await logOf([]), 'access', { keys: [key], sizes: [] }, report);
  const content = await measured('contents, rows and leaves', () =>
    checkVersions(
      (async function* () {
        yield* versions;
      })(),
      {
        records: { leaves, anchoredSize: count, erased: none, lost: none },
        access: { leaves: empty.leaves, anchoredSize: 0, erased: none, lost: none },
      },
      Date.now(),
      report,
    ),
  );
  const perSecond = count / (tree.seconds + content.seconds);
  console.log(`${'both: fsck of a record'.padEnd(48)} ${perSecond.toFixed(0).padStart(8)}/s of one core`);
}
if (wrong.length > 0) throw new Error(wrong[0]);
console.log(`${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB resident, most of it what is checked`);
