/**
 * Picks patients from a Synthea output folder, with the hospitals and practitioners they need.
 *
 *     node select.ts <synthea output>/fhir <target folder> <patient id>...
 *
 * Patient bundles are copied to the byte, as `patient-<n>.json` in the order of the arguments. `hospitals.json` and
 * `practitioners.json` stay batches of conditional creates (FHIR R4 http.html#ccreate), reduced to the entries that the
 * patients' conditional references (bundle.html#conditional, `Practitioner?identifier=system|value`) match, and to those
 * that the kept entries name by identifier in turn. Fails if a reference would match nothing, or more than one entry.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Identifier = { system: string; value: string };
/** `identifier` is absent from a PractitionerRole, `practitioner` from everything else. */
type Resource = { resourceType: string; identifier?: Identifier[]; practitioner?: { identifier: Identifier } };
type Bundle = { entry: { resource: Resource }[] };

const token = ({ system, value }: Identifier): string => `${system}|${value}`;

/** What an entry is found by. A role belongs to its practitioner. */
const ownTokens = ({ identifier, practitioner }: Resource): string[] =>
  (identifier ?? (practitioner === undefined ? [] : [practitioner.identifier])).map(token);

/** The members called `name` at any depth below `node`. */
function* members(node: Json, name: string): Generator<Json> {
  if (node === null || typeof node !== 'object') return;
  for (const [key, child] of Object.entries(node)) {
    if (key === name) yield child;
    yield* members(child, name);
  }
}

/** The `Type?identifier=system|value` searches that stand in place of a reference. */
const conditionalReferences = (bundle: Json): Set<string> =>
  new Set(
    [...members(bundle, 'reference')].filter((reference) => typeof reference === 'string' && reference.includes('?')),
  ) as Set<string>;

/** The identifiers by which a resource refers to others (`Reference.identifier`): single, where its own are a list. */
const namedTokens = (resource: Resource): string[] =>
  [...members(resource as Json, 'identifier')]
    .filter((identifier) => !Array.isArray(identifier))
    .map((identifier) => token(identifier as Identifier));

/** `wanted` and all that the entries found by it name, directly or through others. */
function closure(wanted: ReadonlySet<string>, resources: readonly Resource[]): Set<string> {
  const found = resources.filter((resource) => ownTokens(resource).some((own) => wanted.has(own)));
  const grown = new Set([...wanted, ...found.flatMap(namedTokens)]);
  return grown.size === wanted.size ? grown : closure(grown, resources);
}

/** Refuses a reference that a server could not resolve to exactly one resource (R4 http.html#trules). */
function requireOneMatch(reference: string, resources: readonly Resource[]): void {
  const [type, search = ''] = reference.split('?identifier=');
  const matches = resources.filter(
    (resource) => resource.resourceType === type && ownTokens(resource).includes(search),
  );
  if (matches.length !== 1) throw new Error(`${reference} matches ${matches.length} entries`);
}

/** Parses `text`, provided that writing it again gives the same bytes: no decimal may lose a digit. */
function parseBundle(text: string): Bundle {
  const bundle = JSON.parse(text) as Bundle;
  if (JSON.stringify(bundle) !== text.trim()) throw new Error('A bundle does not survive parsing unchanged');
  return bundle;
}

function select(source: string, target: string, patientIds: readonly string[]): void {
  const files = readdirSync(source);
  const read = (part: string): string => {
    const [name, ...others] = files.filter((file) => file.includes(part));
    if (name === undefined || others.length > 0) throw new Error(`Not exactly one file for ${part} in ${source}`);
    return readFileSync(join(source, name), 'utf8');
  };

  const patients = patientIds.map((id) => read(`_${id}.json`));
  const hospitals = parseBundle(read('hospitalInformation'));
  const practitioners = parseBundle(read('practitionerInformation'));

  const resources = [...hospitals.entry, ...practitioners.entry].map(({ resource }) => resource);
  const references = conditionalReferences(patients.map((text) => JSON.parse(text) as Json));
  for (const reference of references) requireOneMatch(reference, resources);

  const wanted = closure(
    new Set([...references].map((reference) => reference.replace(/^.*\?identifier=/, ''))),
    resources,
  );
  const reduced = (bundle: Bundle): string =>
    JSON.stringify({
      ...bundle,
      entry: bundle.entry.filter(({ resource }) => ownTokens(resource).some((own) => wanted.has(own))),
    });

  mkdirSync(target, { recursive: true });
  for (const [index, text] of patients.entries()) writeFileSync(join(target, `patient-${index + 1}.json`), text);
  writeFileSync(join(target, 'hospitals.json'), reduced(hospitals));
  writeFileSync(join(target, 'practitioners.json'), reduced(practitioners));
}

const [source, target, ...patientIds] = argv.slice(2);
if (source === undefined || target === undefined || patientIds.length === 0) {
  throw new Error('Usage: node select.ts <synthea output>/fhir <target folder> <patient id>...');
}
select(source, target, patientIds);
