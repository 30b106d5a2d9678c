import type { Env } from '@chartseal/server';
import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { breakGlassCommand } from './commands/break-glass.ts';
import { clientCommand } from './commands/client-add.ts';
import { directoryCommand } from './commands/directory.ts';
import { dlqCommand } from './commands/dlq.ts';
import { eraseCommand } from './commands/erase.ts';
import { fsckCommand } from './commands/fsck.ts';
import { logCommand } from './commands/log.ts';
import { patientCommand } from './commands/patient.ts';
import { proveCommand } from './commands/prove.ts';
import { recoverCommand } from './commands/recover.ts';
import { registrarCommand } from './commands/registrar.ts';
import { tokenCommand } from './commands/token.ts';
import { trustCommand } from './commands/trust.ts';
import { verifyCommand } from './commands/verify.ts';

/** The whole command line. What a command throws is for `oneLine` of cli-error.ts. */
export const program = (env: Env): Command =>
  new Command('chartseal')
    .description('Records that stay at their hospital, proof that anyone can check, and the patient’s say')
    .addCommand(tokenCommand())
    .addCommand(patientCommand())
    .addCommand(registrarCommand())
    .addCommand(proveCommand())
    .addCommand(verifyCommand())
    .addCommand(auditCommand())
    .addCommand(logCommand())
    .addCommand(trustCommand(env))
    .addCommand(clientCommand(env))
    .addCommand(directoryCommand(env))
    .addCommand(breakGlassCommand(env))
    .addCommand(dlqCommand(env))
    .addCommand(eraseCommand(env))
    .addCommand(recoverCommand(env))
    .addCommand(fsckCommand(env));
