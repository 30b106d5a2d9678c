import type { Explained } from '@chartseal/client';
import { Command } from 'commander';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

type Options = PatientOptions & { readonly to: string; readonly purpose: string };

/** One record a line: whether it would be shown, why, and which rules decide. */
export const patientExplainCommand = (): Command =>
  withPatientOptions(new Command('explain'))
    .description('what an organisation could read now of what the hospital has; nothing is disclosed by it')
    .requiredOption('--to <organization>', 'directory id: hospital-b, hospital-c')
    .requiredOption('--purpose <code>', 'TREAT, HPAYMT, HRESCH')
    .action(async ({ to, purpose, ...options }: Options) => {
      const device = await openPatient(options);
      let asked = await device.explain({ requester: to, purpose });
      print(asked);
      while (asked.next !== undefined) {
        asked = await device.explain({ requester: to, purpose, page: asked.next });
        print(asked);
      }
    });

const print = ({ records }: Explained): void => {
  for (const { reference, effect, reason, rules } of records)
    console.log(
      [effect.padEnd(6), reference, reason, ...rules.map(({ consentId, path }) => `${consentId} ${path}`)].join('  '),
    );
};
