/**
 * `pnpm bench:consent-search`: what another hospital's searches cost among 10,000 patients of whom 50 let it read, beside what they cost
 * in a store of those 50 alone. The two are asked in turn, in one run. ADR 0026.
 */
import { summarise } from './load.ts';
import { openPopulation, type Population } from './searched-population.ts';

const patients = Number(process.env['BENCH_PATIENTS'] ?? 10_000);
const permitting = Number(process.env['BENCH_PERMITTING'] ?? 50);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 30);

/** All pages of each are taken. */
const searches: readonly string[] = [
  'Patient?_count=200',
  'Patient?family=Family7',
  'Patient?identifier=urn:mrn|mrn-9999',
  'Patient?birthdate=ge1950&_sort=birthdate&_count=200',
  'Observation?_count=200',
  'Observation?code=code-3',
  'Observation?date=ge2025-06-01',
  'Observation?_sort=-date&_count=200',
  'Observation?_sort=-_lastUpdated&_count=200',
  'Observation?value-quantity=gt50',
  'Observation?subject:Patient.family=Family7,Family8',
  'Observation?performer:Practitioner.family=Doctor3',
  'Observation?encounter.class=AMB&code=code-1',
  'Patient?_has:Observation:subject:code=code-3',
  'Condition?code=code-3&_include=Condition:subject&_include=Condition:encounter',
  'Patient?_count=200&_revinclude=Observation:subject',
  'Observation?patient=p9999',
  '?_type=Patient,Observation,Encounter&_count=200',
  'Observation/_history?_count=200',
  '_history?_count=200',
];

const all = Array.from({ length: patients }, (_, number) => number);

const measure = async (path: string, populations: readonly Population[]): Promise<void> => {
  const times = populations.map((): number[] => []);
  const founds: number[] = [];
  for (let round = -2; round < rounds; round += 1)
    for (const [at, population] of populations.entries()) {
      const { ms, found } = await population.ask(path);
      founds[at] = found;
      if (round >= 0) times[at]?.push(ms);
    }
  const [many, few] = times.map((one) => summarise(one, 1));
  if (founds[0] !== founds[1]) throw new Error(`${path}: ${founds.join(' and ')} were found`);
  if (many === undefined || few === undefined) return;
  const columns = [many.p50Ms, few.p50Ms, many.p99Ms, few.p99Ms].map((ms) => ms.toFixed(1).padStart(8)).join(' ');
  console.log(
    `${path.padEnd(80)} ${String(founds[0]).padStart(5)} ${columns}   ${(many.p50Ms / few.p50Ms).toFixed(2)}`,
  );
};

const began = performance.now();
await using many = await openPopulation(all, permitting);
await using few = await openPopulation(all.slice(0, permitting), permitting);
console.log(
  `${patients} patients with six records each, ${permitting} of whom permit, beside those ${permitting} alone`,
);
console.log(
  `written in ${((performance.now() - began) / 1000).toFixed(0)} s; ${rounds} rounds; milliseconds for all pages\n`,
);
console.log(
  `${'search'.padEnd(80)} found ${['p50', 'p50 few', 'p99', 'p99 few'].map((word) => word.padStart(8)).join(' ')}   p50 / p50 few`,
);
for (const path of searches) await measure(path, [many, few]);
