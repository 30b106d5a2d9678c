import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ConsentServiceError, enrol, systemEnvironment } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { meetAtTheDesk } from '../desk.ts';
import { patientPath, savePatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';
import { readSandbox } from '../sandbox.ts';

type Options = PatientOptions & { readonly patient?: string };

/** Both sides of the desk: the hospital's own system asks for the code, the patient's device redeems it. Prints the handle. */
export const patientEnrollCommand = (): Command =>
  withPatientOptions(new Command('enroll'))
    .description('makes a key for a patient of the sandbox and enrols it at hospital-a')
    .option('--patient <id>', 'id of the Patient resource; some patient unless given')
    .action(async (options: Options) => {
      const path = patientPath(options);
      if (existsSync(path))
        throw new CliError(`${path} holds a key already; name another file with --key, or move it away`);
      const sandbox = await readSandbox(options.sandbox);
      const { patientId, offer } = await meetAtTheDesk(sandbox, options.patient);
      try {
        const { state } = await enrol(offer, systemEnvironment(savePatient(path)));
        process.stdout.write(`${state.patient}\n`);
      } catch (error) {
        if (error instanceof ConsentServiceError && error.isFinal) await rm(path, { force: true });
        throw error;
      }
      console.error(
        `enrolled Patient/${patientId}; the key is in ${path}. The line on standard output is the patient’s handle:`,
      );
      console.error(`give it to a hospital that shall find you (identifier=urn:chartseal:patient|${offer.patient})`);
    });
