import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateJwk } from '@chartseal/ports';

/** `<data dir>/sandbox.json` (DESIGN §6, Start): all that a program outside needs to play the three hospitals. */
export type SandboxFile = {
  readonly fhirBaseUrl: string;
  readonly tokenUrl: string;
  readonly consentBaseUrl: string;
  readonly logBaseUrl: string;
  /** C2SP verifier key of the record log; its name is the log's origin. */
  readonly logPublicKey: string;
  readonly network: string;
  readonly clients: Readonly<Record<string, SandboxClient>>;
};

export type SandboxClient = {
  readonly clientId: string;
  readonly organization: string;
  readonly privateJwk: PrivateJwk;
  readonly scope: string;
};

/** Written whole or not at all, for its owner's eyes alone. */
export const writeOwnersFile = async (directory: string, name: string, content: unknown): Promise<void> => {
  const path = join(directory, name);
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
};
