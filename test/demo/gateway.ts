import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseTrustFile, type BackendClient, type TrustFile } from '@chartseal/client';

/** What the gateway writes for those outside of it, and nothing else of it. */
export type Outside = {
  readonly fhirBaseUrl: string;
  readonly tokenUrl: string;
  readonly consentBaseUrl: string;
  readonly network: string;
  readonly clients: Readonly<Record<'hospital-a' | 'hospital-b', BackendClient>>;
  readonly trust: TrustFile;
};

export type RunningGateway = Outside & { readonly stop: () => Promise<void> };

const main = fileURLToPath(new URL('../../services/gateway/src/main.ts', import.meta.url));
const readyLine = 'Chartseal sandbox is ready';
const startTimeoutMs = 120_000;
const stopTimeoutMs = 20_000;

/**
 * A gateway of its own, on a data directory and a port that are its own, without sample patients. `stop` leaves nothing behind. An
 * abort ends the gateway too, and with it whatever waits for its answers.
 */
export const startGateway = async (aborted: AbortSignal): Promise<RunningGateway> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'chartseal-demo-'));
  // As root, PostgreSQL runs as an ordinary user, who has to pass through.
  await chmod(dataDirectory, 0o711);
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dataDirectory, GATEWAY_SAMPLE_DATA: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the demo: a gateway that gets a second signal while it drains ends at once.
    detached: true,
  });
  let isTold = false;
  const end = (): void => {
    if (!isTold) child.kill('SIGTERM');
    isTold = true;
  };
  aborted.addEventListener('abort', end);
  const said: string[] = [];
  child.stderr.on('data', (chunk) => said.push(String(chunk)));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    end();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(timer);
    await stopPostgres(dataDirectory);
    await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    const ready = new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        said.push(`${line}\n`);
        if (line.startsWith(readyLine)) resolve();
      });
    });
    const outcome = await Promise.race([ready.then(() => 'ready'), exited.then(() => 'ended'), after(startTimeoutMs)]);
    if (outcome !== 'ready') throw new Error(`the gateway did not start (${outcome}):\n${said.join('').slice(-2000)}`);
    return { ...(await readOutside(dataDirectory)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const readOutside = async (dataDirectory: string): Promise<Outside> => {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(dataDirectory, name), 'utf8'));
  const sandbox = (await read('sandbox.json')) as Omit<Outside, 'trust'>;
  return { ...sandbox, trust: parseTrustFile(await read('trust.json')) };
};

/** A gateway that had to be killed leaves its PostgreSQL behind. */
const stopPostgres = async (dataDirectory: string): Promise<void> => {
  for (const path of globSync('**/postmaster.pid', { cwd: dataDirectory })) {
    const [pid] = (await readFile(join(dataDirectory, path), 'utf8')).split('\n');
    if (Number(pid) > 1) process.kill(Number(pid), 'SIGQUIT');
    await after(1000);
  }
};

const after = (ms: number): Promise<'timeout'> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('timeout'), ms).unref();
  });
