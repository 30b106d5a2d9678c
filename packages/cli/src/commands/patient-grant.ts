import type { GrantTerms, RuleTerms } from '@chartseal/client';
import { Command } from 'commander';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';
import { ledgerPlace } from '../ledger-place.ts';

type Terms = {
  readonly to: string;
  readonly purpose: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly class?: readonly string[];
  readonly label?: readonly string[];
  readonly dataFrom?: string;
  readonly dataUntil?: string;
  readonly notLabel?: readonly string[];
  readonly notClass?: readonly string[];
};

/** Prints the consentId, which `patient revoke` takes. */
export const patientGrantCommand = (): Command =>
  withPatientOptions(new Command('grant'))
    .description('lets an organisation read; what is not named does not narrow it')
    .requiredOption('--to <organization>', 'directory id: hospital-b, hospital-c')
    .requiredOption('--purpose <code...>', 'TREAT, HPAYMT, HRESCH')
    .option('--from <date>', 'not before')
    .option('--until <date>', 'not after')
    .option('--class <type...>', 'resource types, as Observation')
    .option('--label <code...>', 'a confidentiality (U L M N R V: it and all below) or sensitivities (ETH HIV PSY …)')
    .option('--data-from <date>', 'what is of before that time is not meant')
    .option('--data-until <date>', 'nor of after that')
    .option('--not-label <code...>', 'but nothing that is labelled so')
    .option('--not-class <type...>', 'nor of these resource types')
    .action(async (options: Terms & PatientOptions) => {
      const device = await openPatient(options);
      const receipt = await device.grant(termsOf(options));
      process.stdout.write(`${receipt.consentId}\n`);
      console.error(`${options.to} may read for ${options.purpose.join(', ')}; ${ledgerPlace(receipt)}`);
      console.error(`try: chartseal patient revoke ${receipt.consentId}`);
    });

type Exceptions = { readonly [Name in 'notLabel' | 'notClass']: Terms[Name] | undefined };

const exceptionsOf = ({ notLabel, notClass }: Exceptions): readonly RuleTerms[] => [
  ...(notLabel === undefined ? [] : [{ type: 'deny', labels: notLabel } as const]),
  ...(notClass === undefined ? [] : [{ type: 'deny', classes: notClass } as const]),
];

const termsOf = ({
  to,
  purpose,
  from,
  until,
  class: classes,
  label,
  dataFrom,
  dataUntil,
  notLabel,
  notClass,
}: Terms): GrantTerms => ({
  to,
  purposes: purpose,
  ...(from === undefined ? {} : { from }),
  ...(until === undefined ? {} : { until }),
  ...(classes === undefined ? {} : { classes }),
  ...(label === undefined ? {} : { labels: label }),
  ...(dataFrom === undefined ? {} : { dataFrom }),
  ...(dataUntil === undefined ? {} : { dataUntil }),
  exceptions: exceptionsOf({ notLabel, notClass }),
});
