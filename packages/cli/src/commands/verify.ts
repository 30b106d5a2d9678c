import { verifyProof } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readStrictJson, readTrust } from '../read-trust.ts';
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
      const verification = await verifyProof(await readStrictJson(proofPath), trust);
      if (verification.outcome === 'refuted')
        throw new CliError(`${proofPath} proves nothing: ${refutedSentence(verification)}`);
      console.log(provedSentence(verification));
      console.log(notProvedSentence(verification));
    });
