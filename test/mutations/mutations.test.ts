/**
 * The leak suite against deliberately broken variants of the gateway: for each, the tests of the rule that it breaks have to fail. `pnpm test:mutations`;
 * takes some minutes, so it is not among `pnpm test`.
 */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutation.ts';
import { mutations } from './mutations.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const loader = fileURLToPath(new URL('loader.ts', import.meta.url));
const timeoutMs = 180_000;

type Ran = { readonly failed: readonly string[]; readonly passed: readonly string[]; readonly output: string };

/** Names of the tests that ran, whichever way they ended; those of suites are not among them. */
const run = async ({ shownBy: { file, tests } }: Mutation, environment: NodeJS.ProcessEnv): Promise<Ran> => {
  const args = ['--test', '--test-reporter=tap', ...(tests === '' ? [] : [`--test-name-pattern=^${tests}`]), file];
  // Node's runner would take this process for its own, and tell it in another language.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const output = await new Promise<string>((resolve) => {
    const options = {
      cwd: root,
      env: { ...inherited, ...environment },
      timeout: timeoutMs,
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile(process.execPath, args, options, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
  const named = (pattern: RegExp): readonly string[] => [...output.matchAll(pattern)].map(([, name = '']) => name);
  return {
    failed: named(/^\s*not ok \d+ - (.*)$/gm),
    passed: named(/^\s*ok \d+ - (?!.*# SKIP)(.*)$/gm),
    output,
  };
};

describe('Every rule of section C', () => {
  it('is broken by a mutation at least', () => {
    const broken = new Set(mutations.map(({ rule }) => rule));
    deepEqual(
      Array.from({ length: 13 }, (_, at) => `C${at + 1}`).filter((rule) => !broken.has(rule as Mutation['rule'])),
      [],
    );
    equal(new Set(mutations.map(({ hole }) => hole)).size, mutations.length);
  });
});

describe('A broken gateway is noticed:', { concurrency: 2 }, () => {
  for (const mutation of mutations)
    it(`${mutation.rule}: ${mutation.hole}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'chartseal-mutation-'));
      try {
        const applied = join(folder, 'applied');
        const { failed, output } = await run(mutation, {
          NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${loader}`,
          CHARTSEAL_MUTATION: mutation.hole,
          CHARTSEAL_MUTATION_APPLIED: applied,
        });
        const files = new Set((await readFile(applied, 'utf8')).trim().split('\n'));
        deepEqual(files, new Set(mutation.edits.map(({ file }) => file)), output.slice(-4000));
        ok(!/this is not exactly once in/.test(output), output.slice(-4000));
        notEqual(failed.length, 0, `nobody noticed:\n${output.slice(-4000)}`);
        // A gateway that does not start would be no leak that was found.
        ok(!/the gateway (ended|was not ready in time)/.test(output), output.slice(-4000));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
});
