/**
 * packages/tlog as others have it: packed, installed in an empty folder from the tarball alone, and the README's examples run there with plain node, which
 * strips no types inside node_modules. It is built in a copy, so that the tree stays as it is.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const compiler = join(root, 'node_modules/.bin');

const readme = await readFile(join(root, 'packages/tlog/README.md'), 'utf8');
/** By the file name in the first line. */
const examples = [...readme.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, name = '', code = '']) => ({
  name,
  code,
}));

/** The workspace's package.json points at the source; what is published has publishConfig's exports, which pnpm writes and npm does not. */
const packTo = async (directory: string): Promise<string> => {
  const copy = join(directory, 'workspace');
  await cp(join(root, 'packages/tlog'), join(copy, 'packages/tlog'), {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist)$/.test(path),
  });
  await cp(join(root, 'tsconfig.json'), join(copy, 'tsconfig.json'));
  await cp(join(root, 'LICENSE'), join(copy, 'packages/tlog/LICENSE'));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await execute('pnpm', ['pack', '--pack-destination', directory], {
    cwd: join(copy, 'packages/tlog'),
    env: { ...process.env, PATH: `${compiler}:${process.env['PATH']}` },
  });
  const tarball = (await readdir(directory)).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball !== undefined, 'no tarball');
  return join(directory, tarball);
};

describe('packages/tlog, installed', () => {
  let directory = '';
  let home = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'chartseal-library-'));
    home = join(directory, 'home');
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{"name":"home","private":true,"type":"module"}');
    const tarball = await packTo(directory);
    await execute('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: home });
    // Of the browser example, which any SHA-256 would serve.
    await mkdir(join(home, 'node_modules/@noble'), { recursive: true });
    await symlink(join(root, 'packages/client/node_modules/@noble/hashes'), join(home, 'node_modules/@noble/hashes'));
    for (const { name, code } of examples) await writeFile(join(home, name), code);
  });

  after(async () => rm(directory, { recursive: true, force: true }));

  it('has JavaScript, types, a licence and no dependency', async () => {
    const installed = join(home, 'node_modules/@chartseal/tlog');
    const names = await readdir(installed);
    assert.deepEqual(names.toSorted(), ['LICENSE', 'README.md', 'dist', 'package.json']);
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual([manifest['dependencies'], manifest['private']], [undefined, undefined]);
    const files = await readdir(join(installed, 'dist'));
    assert.ok(files.includes('index.js') && files.includes('index.d.ts'));
    assert.deepEqual(
      files.filter((name) => !/\.(js|d\.ts)$/.test(name) || name.includes('.test.')),
      [],
    );
  });

  it('is typed for who uses it', async () => {
    const compile = async (code: string): Promise<string> => {
      await writeFile(join(home, 'typed.ts'), code);
      const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
      const ran = await execute(join(compiler, 'tsc'), [...options, 'typed.ts'], { cwd: home }).catch(
        (error: unknown) => error as { stdout: string },
      );
      return ran.stdout;
    };
    const use = "import { leafHash, verifyTlogProof } from '@chartseal/tlog';\n";
    assert.equal(
      await compile(`${use}export const f = leafHash((data) => data, new Uint8Array());\nvoid verifyTlogProof;\n`),
      '',
    );
    assert.match(await compile(`${use}export const f: string = leafHash((data) => data, 'no bytes');\n`), /TS2345/);
  });

  for (const { name, code } of examples)
    it(`does what ${name} in the README shows`, async () => {
      const { stdout } = await execute(process.execPath, [name], { cwd: home });
      assert.equal(stdout, [...code.matchAll(/; \/\/ → (.*)$/gm)].map(([, shown]) => `${shown}\n`).join(''));
    });

  it('has every example there', () => {
    assert.deepEqual(
      examples.map(({ name }) => name),
      ['append.js', 'prove.js', 'witness.js', 'mirror.js', 'browser.js', 'page.js'],
    );
  });
});
