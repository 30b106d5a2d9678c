import { existsSync } from 'node:fs';
import { acceptProxy, systemEnvironment, type ProxyAcceptance, type ProxyInvitation } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readJsonFile } from '../json-file.ts';
import { ledgerPlace } from '../ledger-place.ts';
import { openPatient, patientPath, savePatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

/** Somebody who acts for the patient, with a key of their own: files go from one device to the other and hold no secret. */
export const patientProxyCommand = (): Command =>
  new Command('proxy')
    .description('a parent, a guardian: somebody whose key may sign for the patient')
    .addCommand(inviteCommand())
    .addCommand(acceptCommand())
    .addCommand(appointCommand())
    .addCommand(dismissCommand());

const inviteCommand = (): Command =>
  withPatientOptions(new Command('invite'))
    .description('the patient: prints an invitation, for the other person’s device')
    .action(async (options: PatientOptions) => {
      console.log(JSON.stringify(await (await openPatient(options)).inviteProxy()));
    });

const acceptCommand = (): Command =>
  new Command('accept')
    .description('the other person: makes a key, and prints what the patient appoints')
    .argument('<invitation>', 'the file that the patient gave')
    .requiredOption('--key <file>', 'where the other person’s key is kept from now on')
    .action(async (path: string, { key }: { readonly key: string }) => {
      if (existsSync(key)) throw new CliError(`${key} is there already; name another file with --key`);
      const invitation = (await readJsonFile(path)) as ProxyInvitation;
      const { acceptance } = await acceptProxy(invitation, systemEnvironment(savePatient(key)));
      console.log(JSON.stringify(acceptance));
      console.error(`once appointed, sign with --key ${key}: chartseal patient grant --key ${key} …`);
    });

type Appointment = PatientOptions & {
  readonly scope: readonly ('grant' | 'revoke' | 'freeze' | 'read')[];
  readonly until: string;
};

const appointCommand = (): Command =>
  withPatientOptions(new Command('appoint'))
    .description('the patient: lets that key sign; prints the proxyId, which `dismiss` takes')
    .argument('<acceptance>', 'the file that the other person gave')
    .requiredOption('--scope <what...>', 'grant, revoke, freeze, read')
    .requiredOption('--until <instant>', 'until when, as 2027-01-01T00:00:00Z')
    .action(async (path: string, options: Appointment) => {
      const end = Date.parse(options.until);
      if (Number.isNaN(end)) throw new CliError('--until cannot be read; give an instant, as 2027-01-01T00:00:00Z');
      const device = await openPatient(options);
      const acceptance = (await readJsonFile(path)) as ProxyAcceptance;
      const receipt = await device.appointProxy(acceptance, { scope: options.scope, end });
      process.stdout.write(`${receipt.proxyId}\n`);
      console.error(`appointed until ${options.until}; ${ledgerPlace(receipt)}`);
    });

const dismissCommand = (): Command =>
  withPatientOptions(new Command('dismiss'))
    .description('the patient: ends a proxy for ever; what it granted goes on until it is revoked')
    .argument('<proxyId>', 'as `appoint` printed it')
    .action(async (proxyId: string, options: PatientOptions) => {
      const receipt = await (await openPatient(options)).dismissProxy(proxyId);
      console.log(`dismissed ${proxyId} (key ${patientPath(options)}); ${ledgerPlace(receipt)}`);
    });
