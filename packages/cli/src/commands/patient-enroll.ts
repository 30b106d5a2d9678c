import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ConsentServiceError, enrol, requestToken, systemEnvironment, type EnrolmentOffer } from '@chartseal/client';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { keyOption, savePatient } from '../patient-file.ts';
import { readSandbox, sandboxClient, sandboxOption, type Sandbox } from '../sandbox.ts';

type Options = { readonly patient: string; readonly key: string; readonly sandbox: string };

/** Both sides of the desk: the hospital's own system asks for the code, the patient's device redeems it. Prints the handle. */
export const patientEnrollCommand = (): Command =>
  new Command('enroll')
    .description('makes a key for a patient of the sandbox and enrols it at hospital-a')
    .requiredOption('--patient <id>', 'id of the Patient resource')
    .addOption(keyOption())
    .addOption(sandboxOption())
    .action(async ({ patient, key: path, sandbox }: Options) => {
      if (existsSync(path))
        throw new CliError(`${path} holds a key already; name another file with --key, or move it away`);
      const offer = await offerOf(await readSandbox(sandbox), patient);
      try {
        const { state } = await enrol(offer, systemEnvironment(savePatient(path)));
        process.stdout.write(`${state.patient}\n`);
      } catch (error) {
        if (error instanceof ConsentServiceError && error.isFinal) await rm(path, { force: true });
        throw error;
      }
      console.error(
        `enrolled; the key is in ${path}. The line above is the handle: give it to those who may look for you.`,
      );
      console.error('try: chartseal patient grant --to hospital-b --purpose TREAT');
    });

const offerOf = async (sandbox: Sandbox, patientId: string): Promise<EnrolmentOffer> => {
  const { fhirBaseUrl, tokenUrl, consentBaseUrl, network } = sandbox;
  const hospital = sandboxClient(sandbox, 'hospital-a');
  const { accessToken } = await requestToken(hospital, { tokenUrl, purpose: 'TREAT' });
  const response = await fetch(`${fhirBaseUrl}/Patient/${encodeURIComponent(patientId)}/$enroll`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters' }),
  });
  const answer = (await response.json().catch(() => ({}))) as Answer;
  if (response.status === 404)
    throw new CliError(`hospital-a has no Patient ${patientId}; look one up under ${fhirBaseUrl}/Patient`);
  const said = answer.issue?.[0]?.diagnostics ?? `HTTP ${response.status}`;
  if (!response.ok) throw new CliError(`hospital-a did not enrol the patient: ${said}`);
  const value = (name: string): string => answer.parameter?.find((each) => each.name === name)?.valueString ?? '';
  const [code, patient] = [value('code'), value('patient')];
  return { consentBaseUrl, network, custodian: hospital.organization, code, patient };
};

type Answer = {
  readonly parameter?: readonly { readonly name?: string; readonly valueString?: string }[];
  readonly issue?: readonly { readonly diagnostics?: string }[];
};
