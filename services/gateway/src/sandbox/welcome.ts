import type { SandboxFile } from './sandbox-file.ts';

/** What the sandbox says once it is ready: where things are, and commands that work when pasted. */
export const welcome = (
  { fhirBaseUrl, consentBaseUrl, logBaseUrl }: SandboxFile,
  dataDirectory: string,
  loaded: number,
): string => {
  const chartseal = 'npx pnpm@12 -s chartseal';
  const sandbox = dataDirectory === '.data' ? '' : ` --sandbox ${dataDirectory}/sandbox.json`;
  const token = (client: string): string => `$(${chartseal} token ${client} --purpose TREAT${sandbox})`;
  return `
Chartseal sandbox is ready at ${fhirBaseUrl}

  THIS IS A SANDBOX: one process plays three hospitals, and all their keys lie in ${dataDirectory}. Give it no real patient's data.

  FHIR            ${fhirBaseUrl}   (try ${fhirBaseUrl}/metadata)
  patients' door  ${consentBaseUrl}
  record log      ${logBaseUrl}/checkpoint
  keys, trust     ${dataDirectory}/sandbox.json, ${dataDirectory}/trust.json${loaded > 0 ? `\n  samples         ${loaded} resources of synthetic patients were loaded` : ''}

Try next, in another terminal:

  # Who is here, as hospital-a, whose gateway this is
  curl -s -H "Authorization: Bearer ${token('hospital-a')}" '${fhirBaseUrl}/Patient?_count=5'

  # Enrol a patient's own key, and let hospital-b read for treatment
  ${chartseal} patient enroll${sandbox}
  ${chartseal} patient grant --to hospital-b --purpose TREAT${sandbox}

  # What hospital-b sees now, and after the patient says no
  curl -s -H "Authorization: Bearer ${token('hospital-b')}" '${fhirBaseUrl}/Observation?_count=3'
  ${chartseal} patient revoke${sandbox}
  ${chartseal} patient history${sandbox}

  # The whole story at once:  npx pnpm@12 demo

Stop with Ctrl-C. The next start goes on with the same data.
`;
};
