import { verifyBundle, verifyDecision, verifyErasure, verifyProof } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { coseVerifier } from '../cose-verifier.ts';
import { readStrictJson, readTrust } from '../read-trust.ts';
import {
  bundleSentences,
  decidedSentence,
  erasedSentence,
  notProvedSentence,
  provedSentence,
  refutedSentence,
} from '../verdict.ts';
import { provenanceVerifier } from '../provenance-verifier.ts';
import type { Verifier } from '../verifier.ts';

/** Offline. Exit status 0 if, and only if, the proof holds. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('checks a proof offline, against a trust file that came from elsewhere')
    .argument(
      '<proof.json>',
      'what GET …/$proof or …/$receipt answered, what `chartseal prove` wrote, or a Provenance that has a proof as its signature',
    )
    .option(
      '--trust <trust.json>',
      'pins network, log keys and ledger; a sandbox writes one to .data/trust.json, `chartseal trust` makes a hospital’s',
    )
    .option('--cose <receipt.cbor>', 'holds resource and key of the proof against this COSE receipt (RFC 9942) instead')
    .action(
      async (proofPath: string, { trust: trustPath, cose }: { readonly trust?: string; readonly cose?: string }) => {
        if (trustPath === undefined)
          throw new CliError('nothing is proved without a pinned trust file; name one with --trust');
        const trust = await readTrust(trustPath);
        const file = await readStrictJson(proofPath);
        const verifier = cose === undefined ? verifierOf(file) : await coseVerifier(cose);
        for (const line of await verifier(file, trust, proofPath)) console.log(line);
      },
    );

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

const verifyDecided: Verifier = async (file, trust, path) => {
  const verification = await verifyDecision(file, trust);
  if (verification.outcome === 'refuted')
    throw new CliError(`${path} proves nothing: ${refutedSentence(verification)}`);
  return [decidedSentence(verification), notProvedSentence(verification)];
};

const verifySearchResult: Verifier = async (file, trust, path) => {
  const verification = await verifyBundle(file, trust);
  if (verification.outcome === 'refuted')
    throw new CliError(`${path} proves nothing: ${refutedSentence(verification)}`);
  return bundleSentences(verification);
};

/** By the `type` that a file says it is of; a file that says none is taken for a record's proof, and refused as one. */
const verifiers: ReadonlyMap<string, Verifier> = new Map([
  ['chartseal-erasure/v1', verifyErased],
  ['chartseal-decision/v1', verifyDecided],
  ['chartseal-proofs/v1', verifySearchResult],
]);

const verifierOf = (file: unknown): Verifier => (isProvenance(file) ? provenanceVerifier(byType) : byType(file));

const byType = (file: unknown): Verifier => {
  const type = typeof file === 'object' && file !== null && 'type' in file ? String(file.type) : '';
  return verifiers.get(type) ?? verifyRecord;
};

const isProvenance = (file: unknown): boolean =>
  typeof file === 'object' && file !== null && 'resourceType' in file && file.resourceType === 'Provenance';
