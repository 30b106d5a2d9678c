import type { PatientDevice } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { ledgerPlace } from '../ledger-place.ts';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

export const patientRevokeCommand = (): Command =>
  withPatientOptions(new Command('revoke'))
    .description('ends a grant for ever')
    .argument('[consentId]', 'as `patient grant` printed it; may be left out where one grant alone stands')
    .action(async (consentId: string | undefined, options: PatientOptions) => {
      const device = await openPatient(options);
      const revoked = consentId ?? (await onlyGrant(device));
      console.log(`revoked ${revoked}; ${ledgerPlace(await device.revoke(revoked))}`);
    });

const onlyGrant = async (device: PatientDevice): Promise<string> => {
  const consents = await device.ownConsents();
  const [only, ...others] = consents
    .filter(({ state }) => state !== 'revoked')
    .map(({ consent }) => String(consent['id']));
  if (only === undefined)
    throw new CliError('nothing is granted, so there is nothing to revoke; see `chartseal patient consents`');
  if (others.length > 0) throw new CliError(`several grants stand; name one of ${[only, ...others].join(', ')}`);
  return only;
};
