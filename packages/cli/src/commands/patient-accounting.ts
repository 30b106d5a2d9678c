import { Command } from 'commander';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

type Options = PatientOptions & { readonly from?: string; readonly to?: string; readonly json?: true };

/** A table for a person, or FHIR for a program. */
export const patientAccountingCommand = (): Command =>
  withPatientOptions(new Command('accounting'))
    .description('to whom something of this patient went, for what and how often, in the last six years: CSV')
    .option('--from <date>', 'not before')
    .option('--to <date>', 'not after')
    .option('--json', 'FHIR Parameters instead')
    .action(async ({ from, to, json, ...options }: Options) => {
      const device = await openPatient(options);
      const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const text =
        json === true ? `${JSON.stringify(await device.accounting(period))}\n` : await device.accountingTable(period);
      process.stdout.write(text);
    });
