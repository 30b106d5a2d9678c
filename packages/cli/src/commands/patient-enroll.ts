import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ConsentServiceError, enrol, fhirClient, systemEnvironment, type EnrolmentOffer } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { patientPath, savePatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';
import { readSandbox, sandboxClient, type Sandbox } from '../sandbox.ts';

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

type Answer = {
  readonly parameter?: readonly { readonly name?: string; readonly valueString?: string }[];
  readonly entry?: readonly { readonly resource?: { readonly id?: string } }[];
};

const meetAtTheDesk = async (
  sandbox: Sandbox,
  named: string | undefined,
): Promise<{ readonly patientId: string; readonly offer: EnrolmentOffer }> => {
  const { fhirBaseUrl, tokenUrl, consentBaseUrl, network } = sandbox;
  const hospital = sandboxClient(sandbox, 'hospital-a');
  const fhir = fhirClient(hospital, { fhirBaseUrl, tokenUrl, purpose: 'TREAT' });
  const somebody = async (): Promise<string | undefined> => {
    const { entry } = (await fhir.search({ resourceType: 'Patient', searchParams: { _count: 1 } })) as Answer;
    return entry?.[0]?.resource?.id;
  };
  const patientId = named ?? (await somebody());
  if (patientId === undefined) throw new CliError('hospital-a has no Patient yet; write one first');
  const input = { resourceType: 'Parameters' };
  const operation = { name: 'enroll', resourceType: 'Patient', id: patientId, input };
  const { parameter = [] } = (await fhir.operation(operation).catch((cause: unknown) => {
    const { response } = cause as { response?: { status?: number } };
    if (response?.status !== 404) throw cause;
    throw new CliError(`hospital-a has no Patient ${patientId}; leave out --patient to enrol one that it has`, {
      cause,
    });
  })) as Answer;
  const value = (name: string): string => parameter.find((each) => each.name === name)?.valueString ?? '';
  const offer = {
    consentBaseUrl,
    network,
    custodian: hospital.organization,
    code: value('code'),
    patient: value('patient'),
  };
  return { patientId, offer };
};
