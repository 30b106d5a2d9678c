/** Where tokens are issued and where they count. All derived from the public base URL, never from a request's Host. */
export type Issuer = {
  /** `<base>/auth` */
  readonly issuer: string;
  /** `<base>/auth/token`: the only audience of a client's assertion. */
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  /** The audience of the access tokens. */
  readonly fhirBaseUrl: string;
};

/** @param baseUrl without a slash at its end: `http://127.0.0.1:8080` */
export const issuerOf = (baseUrl: string): Issuer => ({
  issuer: `${baseUrl}/auth`,
  tokenUrl: `${baseUrl}/auth/token`,
  jwksUrl: `${baseUrl}/auth/jwks`,
  fhirBaseUrl: `${baseUrl}/fhir`,
});

/** SMART: RS384 and ES384 must be there; ES256 besides. */
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'RS384'] as const;
export const TOKEN_ALGORITHM = 'ES384';
export const TOKEN_LIFETIME_SECONDS = 300;
export const ASSERTION_LIFETIME_SECONDS = 300;
/** How far a client's clock may be ahead of ours. An assertion that has expired is refused without any grace. */
export const CLOCK_TOLERANCE_SECONDS = 5;
