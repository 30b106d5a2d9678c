import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';

const index = new URL('./index.ts', import.meta.url).href;

for (const [what, failure] of [
  ['an exception that nobody caught', "setTimeout(() => { throw new Error('boom') }, 10)"],
  ['a rejection that nobody handled', "setTimeout(() => Promise.reject(new Error('boom')), 10)"],
])
  it(`a process that loads the contracts still ends by ${what}`, () => {
    const program = `import '${index}'; ${failure}; setTimeout(() => process.exit(0), 500);`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', program]);
    assert.equal(status, 1, String(stderr));
    assert.match(String(stderr), /boom/);
  });
