import { Command } from 'commander';
import { ledgerPlace } from '../ledger-place.ts';
import { keyOption, openPatient } from '../patient-file.ts';

export const patientRevokeCommand = (): Command =>
  new Command('revoke')
    .description('ends a grant for ever')
    .argument('<consentId>', 'as `patient grant` printed it; `patient consents` lists them')
    .addOption(keyOption())
    .action(async (consentId: string, { key }: { readonly key: string }) => {
      const device = await openPatient(key);
      console.log(`revoked; ${ledgerPlace(await device.revoke(consentId))}`);
    });
