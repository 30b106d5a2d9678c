/** A member's entry in the directory, as small as it can be. */
export const bareEntry = (mspId: string) => ({
  id: mspId.toLowerCase(),
  name: mspId,
  mspId,
  parent: null,
  jwks: { keys: [] },
  fhirBaseUrl: null,
  tokenUrl: null,
  consentBaseUrl: null,
  witnessUrl: null,
  purposes: ['TREAT'],
  breakGlass: false,
  logs: [],
  status: 'active' as const,
});
