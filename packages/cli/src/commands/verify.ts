import { verifyErasure, verifyProof, type TrustFile } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readStrictJson, readTrust } from '../read-trust.ts';
import { erasedSentence, notProvedSentence, provedSentence, refutedSentence } from '../verdict.ts';

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
      const file = await readStrictJson(proofPath);
      const verifier = verifiers.get(typeOf(file)) ?? verifyRecord;
      for (const line of await verifier(file, trust, proofPath)) console.log(line);
    });

/** What a file shows, line by line. @throws CliError naming the link that broke */
type Verifier = (file: unknown, trust: TrustFile, path: string) => Promise<readonly string[]>;

const verifyRecord: Verifier = async (file, trust, path) => {
  const verification = await verifyProof(file, trust);
  if (verification.outcome === 'refuted')
    throw new CliError(`${path} proves nothing: ${refutedSentence(verification)}`);
  return [provedSentence(verification), notProvedSentence(verification)];
};

const verifyErased: Verifier = async (file, trust, path) => {
  const verification = await verifyErasure(file, trust);
  if (verification.outcome === 'refuted')
    throw new CliError(`${path} proves nothing: ${refutedSentence(verification)}`);
  return [erasedSentence(verification), notProvedSentence(verification)];
};

/** By the `type` that a file says it is of; a file that says none is taken for a record's proof, and refused as one. */
const verifiers: ReadonlyMap<string, Verifier> = new Map([['chartseal-erasure/v1', verifyErased]]);

const typeOf = (file: unknown): string =>
  typeof file === 'object' && file !== null && 'type' in file ? String(file.type) : '';
