import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** npx asks before it fetches pnpm; here is nobody to answer. */
const environment = { ...process.env, npm_config_yes: 'true' };
const run = promisify(execFile);

/** `npx pnpm@12 start` as the README says it, up to the end of what it prints. */
const start = async (dataDirectory: string): Promise<{ said: string[]; stop: () => Promise<void> }> => {
  const child = spawn('npx', ['pnpm@12', 'start'], {
    cwd: root,
    env: { ...environment, GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dataDirectory },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      said.push(line);
      if (line.startsWith('Stop with Ctrl-C')) resolve();
    });
  });
  await Promise.race([ready, exited]);
  const stop = async (): Promise<void> => {
    // As a terminal's Ctrl-C: to the whole group, which pnpm is in too.
    if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGINT');
    await exited;
  };
  return { said, stop };
};

it('what the sandbox says to try next works when pasted', { timeout: 150_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-welcome-'));
  await chmod(folder, 0o711);
  const { said, stop } = await start(join(folder, 'data'));
  try {
    const commands = said.map((line) => line.trim()).filter((line) => /^(curl|npx)\b/.test(line));
    assert.ok(commands.length >= 6, said.join('\n'));
    const outputs: string[] = [];
    for (const command of commands) {
      outputs.push((await run('bash', ['-c', command], { cwd: root, env: environment, maxBuffer: 1 << 26 })).stdout);
    }
    const [own = '', , , other = ''] = outputs;
    assert.match(own, /"resourceType":"Patient"/);
    assert.match(other, /"resourceType":"Observation"/);
    assert.match(outputs.at(-1) ?? '', /hospital-b/);
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
});
