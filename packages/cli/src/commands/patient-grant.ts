import type { GrantTerms } from '@chartseal/client';
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
    .action(async (options: Terms & PatientOptions) => {
      const device = await openPatient(options);
      const receipt = await device.grant(termsOf(options));
      process.stdout.write(`${receipt.consentId}\n`);
      console.error(`${options.to} may read for ${options.purpose.join(', ')}; ${ledgerPlace(receipt)}`);
      console.error(`try: chartseal patient revoke ${receipt.consentId}`);
    });

const termsOf = ({ to, purpose, from, until, class: classes, label }: Terms): GrantTerms => ({
  to,
  purposes: purpose,
  ...(from === undefined ? {} : { from }),
  ...(until === undefined ? {} : { until }),
  ...(classes === undefined ? {} : { classes }),
  ...(label === undefined ? {} : { labels: label }),
});
