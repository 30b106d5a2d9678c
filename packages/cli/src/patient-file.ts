import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parsePatientState, PatientDevice, systemEnvironment, type PatientState } from '@chartseal/client';
import type { Command } from 'commander';
import { CliError, codeOf } from './cli-error.ts';
import { sandboxOption } from './sandbox.ts';

/** What every command of a patient's takes. */
export type PatientOptions = { readonly key?: string; readonly sandbox: string };

export const withPatientOptions = (command: Command): Command =>
  command
    .option('--key <file>', 'the patient’s key and state; patient.json beside the sandbox’s file unless given')
    .addOption(sandboxOption());

export const patientPath = ({ key, sandbox }: PatientOptions): string => key ?? join(dirname(sandbox), 'patient.json');

/** Written whole or not at all, mode 0600. */
export const savePatient =
  (path: string) =>
  async (state: PatientState): Promise<void> => {
    await rm(`${path}.new`, { force: true });
    await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true, flag: 'wx' });
    await rename(`${path}.new`, path);
  };

/** @throws CliError */
export const openPatient = async (options: PatientOptions): Promise<PatientDevice> => {
  const path = patientPath(options);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT') throw new CliError(`${path} cannot be read (${codeOf(cause) ?? 'unknown'})`);
    const remedy = 'enrol first with `chartseal patient enroll`, or name the key’s file with --key';
    throw new CliError(`there is no ${path}; ${remedy}`, { cause });
  });
  try {
    return new PatientDevice(parsePatientState(text), systemEnvironment(savePatient(path)));
  } catch (cause) {
    throw new CliError(`${path} does not hold a patient’s key; name another with --key, or enrol anew`, { cause });
  }
};
