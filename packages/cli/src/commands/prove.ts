import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { proveBundle } from '@chartseal/client';
import { Command } from 'commander';
import { CliError, codeOf } from '../cli-error.ts';

type ProveOptions = { readonly base: string; readonly token: string; readonly out: string };

/** So long it waits for what is not on the ledger yet. */
const patienceMs = 60_000;

/** Collects what `chartseal verify` then checks offline. */
export const proveCommand = (): Command =>
  new Command('prove')
    .description('fetches the proof of each entry of a search result, for `chartseal verify`')
    .argument('<bundle.json>', 'the answer to the search, as it was received')
    .requiredOption('--base <fhirBaseUrl>', 'of the hospital that answered')
    .requiredOption('--token <file>', 'holds an access token, such as `chartseal token` prints')
    .option('--out <file>', 'where bundle and proofs are written', 'proofs.json')
    .action(async (path: string, { base, token: tokenPath, out }: ProveOptions) => {
      const token = String(await read(tokenPath)).trim();
      const fetchProof = async (record: string, versionId: string): Promise<unknown> =>
        proofOf(`${base.replace(/\/$/, '')}/${record}/$proof?version=${versionId}`, token);
      const proofs = await proveBundle(new Uint8Array(await read(path)), fetchProof);
      await writeFile(out, JSON.stringify(proofs), { mode: 0o600 });
      console.log(out);
    });

const read = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });

const proofOf = async (url: string, token: string): Promise<unknown> => {
  for (const until = Date.now() + patienceMs; ; await sleep(1000)) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } });
    if (response.status === 200) return response.json();
    // What was redacted for this recipient has no proof.
    if (response.status === 404) return undefined;
    if (response.status !== 503 || Date.now() > until) throw new CliError(`${url} answered ${response.status}`);
  }
};
