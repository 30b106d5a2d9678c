/** Tools in Go that we did not write, and a program of ours around two libraries that we did not write either. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goFolder } from '../engines/available.ts';

const environment = { ...process.env, PATH: `${process.env['PATH']}${delimiter}${goFolder}`, GOFLAGS: '' };

export type Ended = { readonly status: number | null; readonly output: string };

/** Runs a program to its end, or to the end of its time. */
export const run = async (
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
  } = {},
): Promise<Ended & { readonly stdout: string }> => {
  const { cwd, input = '', env = {}, timeoutMs = 300_000 } = options;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...environment, ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  const stdout = Buffer.concat(chunks).toString();
  return { status, stdout, output: stdout + errors };
};

const built = async (
  folder: string,
  name: string,
  args: readonly string[],
  options: Parameters<typeof run>[2],
): Promise<string> => {
  const { status, output } = await run('go', args, options);
  if (status !== 0) throw new Error(`go ${args.join(' ')}: ${output}`);
  return join(folder, name);
};

/** Google's checker of tlog-tiles logs. @returns the path of the program */
export const buildTesseraFsck = (folder: string): Promise<string> =>
  built(folder, 'fsck', ['install', 'github.com/transparency-dev/tessera/cmd/fsck@v1.0.4'], {
    env: { GOBIN: folder },
    timeoutMs: 600_000,
  });

const source = fileURLToPath(new URL('go', import.meta.url));

/** test/strangers/go: golang.org/x/mod/sumdb/tlog and github.com/transparency-dev/merkle. @returns the path of the program */
export const buildJudges = (folder: string): Promise<string> =>
  built(folder, 'judges', ['build', '-o', join(folder, 'judges'), '.'], { cwd: source, timeoutMs: 600_000 });
