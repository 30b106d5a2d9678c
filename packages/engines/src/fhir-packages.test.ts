import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import { createGzip } from 'node:zlib';
import { isKind } from '@chartseal/ports';
import { pack } from 'tar-stream';
import { readFhirPackages } from './fhir-packages.ts';

const profile = { resourceType: 'StructureDefinition', url: 'http://example.org/p' };
const files: Readonly<Record<string, object>> = {
  'package/package.json': { name: 'example' },
  'package/StructureDefinition-p.json': profile,
  'package/SearchParameter-s.json': { resourceType: 'SearchParameter' },
  'package/example/Patient-x.json': { resourceType: 'Patient' },
};

describe('a FHIR package', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-packages-'));
    await mkdir(join(folder, 'unpacked', 'package', 'example'), { recursive: true });
    const tarball = pack();
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, 'unpacked', name), JSON.stringify(content));
      tarball.entry({ name }, JSON.stringify(content));
    }
    tarball.finalize();
    await pipeline(tarball, createGzip(), createWriteStream(join(folder, 'packed.tgz')));
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'broken.tgz'), 'no tarball');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is read packed and unpacked: what profiles are made of', async () => {
    const paths = ['packed.tgz', 'unpacked', 'unpacked/package'].map((name) => join(folder, name));
    for (const path of paths) assert.deepEqual(await readFhirPackages([path]), [profile], path);
    assert.equal((await readFhirPackages(paths)).length, 3);
  });

  it('that is none stops the start, naming the path', async () => {
    for (const name of ['no-such.tgz', 'broken.tgz', 'empty'])
      await assert.rejects(
        readFhirPackages([join(folder, name)]),
        (error) => isKind(error, 'misconfigured') && error.message.includes(name),
      );
  });
});
