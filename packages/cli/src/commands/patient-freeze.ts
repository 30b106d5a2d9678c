import { Command } from 'commander';
import { ledgerPlace } from '../ledger-place.ts';
import { keyOption, openPatient } from '../patient-file.ts';

export const patientFreezeCommand = (): Command =>
  new Command('freeze')
    .description('denies everything to everyone but the patient’s own hospital')
    .option('--undo', 'lets the grants that were not revoked count again')
    .addOption(keyOption())
    .action(async ({ key, undo }: { readonly key: string; readonly undo?: true }) => {
      const device = await openPatient(key);
      const receipt = await (undo === true ? device.unfreeze() : device.freeze());
      console.log(`${undo === true ? 'no longer frozen' : 'frozen'}; ${ledgerPlace(receipt)}`);
    });
