import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type FsckResult = { readonly status: number | null; readonly output: string };

const cli = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

/** `chartseal fsck --data <folder>` */
export const fsck = async (dataDirectory: string): Promise<FsckResult> => {
  const child = spawn(process.execPath, [cli, 'fsck', '--data', dataDirectory]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output };
};
