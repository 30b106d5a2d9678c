import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { enrolAttested, fhirClient, systemEnvironment } from '@chartseal/client';
import { generatePatientKey, patientKeyOf } from '@chartseal/consent';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { meetAtTheDesk } from '../desk.ts';
import { readJsonFile } from '../json-file.ts';
import { ledgerPlace } from '../ledger-place.ts';
import { readSandbox, sandboxClient, sandboxOption } from '../sandbox.ts';

type Options = { readonly key: string; readonly sandbox: string };

const withOptions = (command: Command): Command =>
  command.requiredOption('--key <file>', 'the registrar’s key').addOption(sandboxOption());

/** Who attests what patients without a key have said (consent-semantics A6), at the sandbox's hospital-a. */
export const registrarCommand = (): Command =>
  new Command('registrar')
    .description('the desk that signs for patients who have no key, by the form that they signed')
    .addCommand(addCommand())
    .addCommand(removeCommand())
    .addCommand(grantCommand());

const operate = async (path: string, name: string, values: Readonly<Record<string, string>>): Promise<void> => {
  const sandbox = await readSandbox(path);
  const { fhirBaseUrl, tokenUrl } = sandbox;
  const fhir = fhirClient(sandboxClient(sandbox, 'hospital-a'), { fhirBaseUrl, tokenUrl, purpose: 'TREAT' });
  const parameter = Object.entries(values).map(([key, valueString]) => ({ name: key, valueString }));
  await fhir.operation({ name, input: { resourceType: 'Parameters', parameter } });
};

const addCommand = (): Command =>
  withOptions(new Command('add'))
    .description('makes a key for a registrar, or takes the one there is, and lets it attest')
    .argument('<name>', 'of the desk, never of a person: it is on the ledger')
    .action(async (registrar: string, { key: path, sandbox }: Options) => {
      if (!existsSync(path)) {
        const { privateJwk } = await generatePatientKey();
        await writeFile(path, `${JSON.stringify(privateJwk)}\n`, { mode: 0o600, flag: 'wx' });
      }
      const { publicKey } = patientKeyOf((await readJsonFile(path)) as object);
      await operate(sandbox, 'registrar-add', { registrar, publicKey: JSON.stringify(publicKey) });
      console.log(`${registrar} attests with ${path}`);
    });

const removeCommand = (): Command =>
  new Command('remove')
    .description('takes all keys of that name away; what they signed stays')
    .argument('<name>')
    .addOption(sandboxOption())
    .action(async (registrar: string, { sandbox }: Pick<Options, 'sandbox'>) => {
      await operate(sandbox, 'registrar-remove', { registrar });
      console.log(`${registrar} attests no more`);
    });

type Grant = Options & {
  readonly registrar: string;
  readonly form: string;
  readonly patient?: string;
  readonly to: string;
  readonly purpose: readonly string[];
};

/** Prints the consentId. */
const grantCommand = (): Command =>
  withOptions(new Command('grant'))
    .description('enrols a patient without a key, and grants what the form says')
    .requiredOption('--registrar <name>', 'as `add` took it')
    .requiredOption('--form <file>', 'the form that the patient signed, whose hash is kept')
    .requiredOption('--to <organization>', 'directory id: hospital-b, hospital-c')
    .requiredOption('--purpose <code...>', 'TREAT, HPAYMT, HRESCH')
    .option('--patient <id>', 'id of the Patient resource; some patient unless given')
    .action(async ({ key, sandbox: path, registrar, form, patient, to, purpose }: Grant) => {
      const bytes = await readFile(form).catch((cause: unknown) => {
        throw new CliError(`${form} cannot be read`, { cause });
      });
      const { patientId, offer } = await meetAtTheDesk(await readSandbox(path), patient);
      const formHash = createHash('sha256').update(bytes).digest('base64url');
      const registrarKey = patientKeyOf((await readJsonFile(key)) as object);
      const environment = systemEnvironment(async () => {});
      const device = await enrolAttested(offer, registrarKey, { registrar, formHash }, environment);
      const receipt = await device.grant({ to, purposes: purpose });
      process.stdout.write(`${receipt.consentId}\n`);
      console.error(`Patient/${patientId}: ${to} may read for ${purpose.join(', ')}; ${ledgerPlace(receipt)}`);
    });
