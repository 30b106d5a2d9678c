import { accessSummary } from '@chartseal/client';
import { Command } from 'commander';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

type Options = PatientOptions & { readonly json?: true; readonly from?: string; readonly until?: string };

/** One access a line, in the order in which they happened. */
export const patientHistoryCommand = (): Command =>
  withPatientOptions(new Command('history'))
    .description('who read what of this patient, and why')
    .option('--json', 'the AuditEvents themselves, one a line')
    .option('--from <date>', 'not before')
    .option('--until <date>', 'not after')
    .action(async ({ json, from, until, ...options }: Options) => {
      const dates = [from === undefined ? [] : [`ge${from}`], until === undefined ? [] : [`le${until}`]].flat();
      const events = await (await openPatient(options)).accessHistory(...dates);
      for (const event of events) console.log(json === true ? JSON.stringify(event) : lineOf(accessSummary(event)));
      if (events.length === 0) console.error('nobody has read anything yet');
    });

const lineOf = ({
  recorded,
  outcome,
  organization,
  purpose,
  interaction,
  records,
}: ReturnType<typeof accessSummary>): string =>
  [recorded, outcome.padEnd(9), organization, purpose, interaction, ...records].join('  ');
