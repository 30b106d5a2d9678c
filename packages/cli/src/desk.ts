import { fhirClient, type EnrolmentOffer } from '@chartseal/client';
import { CliError } from './cli-error.ts';
import { sandboxClient, type Sandbox } from './sandbox.ts';

type Answer = {
  readonly parameter?: readonly { readonly name?: string; readonly valueString?: string }[];
  readonly entry?: readonly { readonly resource?: { readonly id?: string } }[];
};

/** The hospital's own side of an enrolment. @throws CliError */
export const meetAtTheDesk = async (
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
