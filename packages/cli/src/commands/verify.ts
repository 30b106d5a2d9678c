import { readFile } from 'node:fs/promises';
import { parseTrustFile, TrustFileError, verifyProof, type TrustFile } from '@chartseal/client';
import { parseJsonBytes } from '@chartseal/fhir';
import { Command } from 'commander';
import { CliError, codeOf } from '../cli-error.ts';
import { notProvedSentence, provedSentence, refutedSentence } from '../verdict.ts';

/** Offline. Exit status 0 if, and only if, the proof holds. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('checks a proof offline, against a trust file that came from elsewhere')
    .argument('<proof.json>', 'what GET …/$proof answered')
    .option(
      '--trust <trust.json>',
      'pins network, log keys and ledger; a sandbox writes one to .data/trust.json, `chartseal trust` makes a hospital’s',
    )
    .action(async (proofPath: string, { trust: trustPath }: { readonly trust?: string }) => {
      if (trustPath === undefined)
        throw new CliError('nothing is proved without a pinned trust file; name one with --trust');
      const trust = await readTrust(trustPath);
      const verification = await verifyProof(await readJson(proofPath), trust);
      if (verification.outcome === 'refuted')
        throw new CliError(`${proofPath} proves nothing: ${refutedSentence(verification)}`);
      console.log(provedSentence(verification));
      console.log(notProvedSentence(verification));
    });

const readTrust = async (path: string): Promise<TrustFile> => {
  const value = await readJson(path);
  try {
    return parseTrustFile(value);
  } catch (error) {
    if (!(error instanceof TrustFileError)) throw error;
    throw new CliError(`${path} is no trust file: ${error.message}`, { cause: error });
  }
};

/** Strictly: in a file with two members of one name, two readers could see two proofs. */
const readJson = async (path: string): Promise<unknown> => {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'}); check its name`, { cause });
  });
  try {
    return parseJsonBytes(bytes).value;
  } catch (cause) {
    throw new CliError(`${path} is not strict JSON; fetch it again`, { cause });
  }
};
