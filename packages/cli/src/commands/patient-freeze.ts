import { Command } from 'commander';
import { ledgerPlace } from '../ledger-place.ts';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

export const patientFreezeCommand = (): Command =>
  withPatientOptions(new Command('freeze'))
    .description('denies everything to everyone but the patient’s own hospital')
    .option('--undo', 'lets the grants that were not revoked count again')
    .action(async ({ undo, ...options }: PatientOptions & { readonly undo?: true }) => {
      const device = await openPatient(options);
      const receipt = await (undo === true ? device.unfreeze() : device.freeze());
      console.log(`${undo === true ? 'no longer frozen' : 'frozen'}; ${ledgerPlace(receipt)}`);
    });
