/** A service that is started wrongly says so once, and ends. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Variables } from './native-engine.ts';
import type { ServiceName } from './service-process.ts';

/** What it said on standard error, and how it ended. */
export const wrongStart = async (
  service: ServiceName,
  environment: Variables,
): Promise<{ readonly status: number | null; readonly said: string }> => {
  const main = fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'] ?? '', HTTP_PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { status, said };
};
