/** A member organisation, as `directory:List` answers. */
export type DirectoryEntry = {
  readonly id: string;
  readonly name: string;
  readonly mspId: string;
  readonly parent: string | null;
  readonly jwks: { readonly keys: readonly Readonly<Record<string, string>>[] };
  readonly fhirBaseUrl: string | null;
  readonly tokenUrl: string | null;
  readonly consentBaseUrl: string | null;
  readonly witnessUrl: string | null;
  readonly purposes: readonly string[];
  readonly breakGlass: boolean;
  readonly logs: readonly { readonly origin: string; readonly verifierKey: string; readonly fromSize: number }[];
  readonly status: 'active' | 'suspended';
};
