/** FHIR packages on disk: https://hl7.org/fhir/packages.html (an npm tarball, or its contents unpacked). */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { ChartsealError } from '@chartseal/ports';
import { extract } from 'tar-stream';

/** What profiles are made of. */
const wanted: ReadonlySet<string> = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem']);

/** Resources of the package stand in one folder, beside package.json and an index. */
const isResourceFile = (name: string): boolean =>
  /^(package\/)?[^/]+\.json$/.test(name) && !name.endsWith('package.json');

const resourcesIn = (json: string): readonly object[] => {
  const value = JSON.parse(json) as { readonly resourceType?: string } | null;
  return value !== null && wanted.has(value.resourceType ?? '') ? [value] : [];
};

const inTarball = async (path: string): Promise<readonly object[]> => {
  const found: object[] = [];
  const unpacked = extract();
  const unpacking = pipeline(createReadStream(path), createGunzip(), unpacked);
  const reading = (async () => {
    for await (const entry of unpacked) {
      const content = await text(entry);
      if (isResourceFile(entry.header.name)) found.push(...resourcesIn(content));
    }
  })();
  await Promise.all([unpacking, reading]);
  return found;
};

const inFolder = async (path: string): Promise<readonly object[]> => {
  const names = await readdir(path);
  if (names.includes('package')) return inFolder(join(path, 'package'));
  const found: object[] = [];
  // One at a time: some packages have more files than a process may open.
  for (const name of names.filter(isResourceFile)) found.push(...resourcesIn(await readFile(join(path, name), 'utf8')));
  return found;
};

/**
 * The StructureDefinitions, ValueSets and CodeSystems of the packages at these paths: `.tgz` files or folders.
 * @throws ChartsealError `misconfigured` naming the path that is no package
 */
export const readFhirPackages = async (paths: readonly string[]): Promise<readonly object[]> => {
  const found = await Promise.all(
    paths.map(async (path) => {
      try {
        const resources = (await stat(path)).isDirectory() ? await inFolder(path) : await inTarball(path);
        if (resources.length > 0) return resources;
      } catch (cause) {
        throw new ChartsealError(
          'misconfigured',
          `FHIR_PACKAGES: ${path} cannot be read as a FHIR package`,
          {},
          { cause },
        );
      }
      throw new ChartsealError(
        'misconfigured',
        `FHIR_PACKAGES: ${path} holds no StructureDefinition, ValueSet or CodeSystem`,
      );
    }),
  );
  return found.flat();
};
