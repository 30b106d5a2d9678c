import type { Env } from '@chartseal/server';
import type { BreakGlassEntry, BreakGlassOutcome } from '@chartseal/service-gateway';
import { Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';
import { positive } from '../positive.ts';
import { terminalLine } from '../terminal-line.ts';

export const breakGlassCommand = (env: Env): Command =>
  new Command('break-glass')
    .description('emergencies in which other organisations were let in, and their review')
    .addCommand(listCommand(env))
    .addCommand(reviewCommand(env));

type ListOptions = { readonly all?: true; readonly limit: number; readonly data: string };

/** One JSON object a line, newest first; how many there are goes to stderr. It shows reasons: for those who review, and nobody else. */
const listCommand = (env: Env): Command =>
  new Command('list')
    .description('shows the emergencies that nobody reviewed yet, newest first, with patient and reason')
    .option('--all', 'those too that were reviewed')
    .addOption(new Option('--limit <number>', 'at most so many').argParser(positive).default(100))
    .addOption(dataOption())
    .action(async ({ all, limit, data }: ListOptions) => {
      const { listBreakGlass } = await import('@chartseal/service-gateway');
      const entries = await listBreakGlass(await readOperation(env, data), all === true ? 'all' : 'unreviewed', limit);
      for (const entry of entries) console.log(lineOf(entry));
      console.error(`${entries.length} emergencies`);
    });

type ReviewOptions = {
  readonly by: string;
  readonly outcome: BreakGlassOutcome;
  readonly note: string;
  readonly data: string;
};

const outcomes: readonly BreakGlassOutcome[] = ['justified', 'not-justified'];

const reviewCommand = (env: Env): Command =>
  new Command('review')
    .description('records once what a review found')
    .argument('<accessId>', 'as the list, the audit and the ledger name it')
    .requiredOption('--by <name>', 'who reviewed')
    .addOption(new Option('--outcome <outcome>', 'what was found').choices(outcomes).makeOptionMandatory())
    .requiredOption('--note <text>', 'on what grounds')
    .addOption(dataOption())
    .action(async (accessId: string, { by, outcome, note, data }: ReviewOptions) => {
      const { reviewBreakGlass } = await import('@chartseal/service-gateway');
      const review = { by: said(by, '--by'), outcome, note: said(note, '--note'), at: Date.now() };
      const recorded = await reviewBreakGlass(await readOperation(env, data), accessId, review);
      if (recorded === 'unknown') throw new CliError('no emergency has this id');
      if (recorded === 'reviewed-before') throw new CliError('it was reviewed before, and stays as it was found then');
      console.log(`${accessId} ${outcome}`);
    });

const said = (text: string, option: string): string => {
  const words = text.trim();
  if (words === '' || words.length > 2000) throw new CliError(`${option} needs some words, 2,000 characters at most`);
  return words;
};

const date = (ms: number): string => new Date(ms).toISOString();

/** Others wrote the reason. */
export const lineOf = (entry: Omit<BreakGlassEntry, 'commitmentKey'>): string => {
  const { accessId, organization, patientId, handle, reason, openedAt, expiresAt, ledger, review } = entry;
  return terminalLine({
    accessId,
    organization,
    patient: `Patient/${patientId}`,
    handle,
    reason,
    opened: date(openedAt),
    expires: date(expiresAt),
    ledger,
    ...(review === undefined ? {} : { review: { ...review, at: date(review.at) } }),
  });
};
