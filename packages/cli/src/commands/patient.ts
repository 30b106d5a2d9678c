import { Command } from 'commander';
import { patientAccountingCommand } from './patient-accounting.ts';
import { patientConsentsCommand } from './patient-consents.ts';
import { patientEnrollCommand } from './patient-enroll.ts';
import { patientExplainCommand } from './patient-explain.ts';
import { patientFreezeCommand } from './patient-freeze.ts';
import { patientGrantCommand } from './patient-grant.ts';
import { patientHistoryCommand } from './patient-history.ts';
import { patientProxyCommand } from './patient-proxy.ts';
import { patientRevokeCommand } from './patient-revoke.ts';

export const patientCommand = (): Command =>
  new Command('patient')
    .description('what a patient says with a key of their own')
    .addCommand(patientEnrollCommand())
    .addCommand(patientGrantCommand())
    .addCommand(patientRevokeCommand())
    .addCommand(patientFreezeCommand())
    .addCommand(patientProxyCommand())
    .addCommand(patientHistoryCommand())
    .addCommand(patientConsentsCommand())
    .addCommand(patientAccountingCommand())
    .addCommand(patientExplainCommand());
