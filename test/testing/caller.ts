import { accessTokens, type BackendClient, type TrustFile } from '@chartseal/client';

export type Hospital = 'hospital-a' | 'hospital-b' | 'hospital-c';

/** `sandbox.json` (DESIGN §6, Start). */
export type Sandbox = {
  readonly fhirBaseUrl: string;
  readonly tokenUrl: string;
  readonly consentBaseUrl: string;
  readonly network: string;
  readonly clients: Readonly<Record<Hospital, BackendClient>>;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string };

export type SendOptions = {
  /** hospital-a, for TREAT, unless said otherwise. `nobody` sends no token. */
  readonly as?: Hospital | 'nobody';
  readonly purpose?: string;
  /** With BTG. */
  readonly reason?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** hospital-a's gateway as the three hospitals and a stranger see it, whatever it runs on. */
export interface Reachable {
  readonly sandbox: Sandbox;
  readonly trust: TrustFile;
  /** A path is relative to the FHIR base. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  token(hospital: Hospital, purpose: string): Promise<string>;
}

/** Speaks to a gateway with the keys of its sandbox file. */
export class Caller {
  readonly #sandbox: () => Sandbox;
  /** What the gateway said lately, for the error of a request that was not answered. */
  readonly #lately: () => string;
  readonly #tokens = new Map<string, () => Promise<string>>();

  constructor(sandbox: () => Sandbox, lately: () => string) {
    this.#sandbox = sandbox;
    this.#lately = lately;
  }

  async send(
    method: string,
    path: string,
    { as = 'hospital-a', purpose, reason, ...rest }: SendOptions = {},
  ): Promise<Answer> {
    const { body, headers = {} } = rest;
    const { fhirBaseUrl } = this.#sandbox();
    const url = /^https?:/.test(path) ? path : `${fhirBaseUrl}${path === '' ? '' : `/${path}`}`;
    const authorization =
      as === 'nobody' ? {} : { authorization: `Bearer ${await this.token(as, purpose ?? 'TREAT', reason)}` };
    const request = {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...authorization,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    };
    try {
      const response = await fetch(url, request);
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (cause) {
      throw new Error(`no answer; ${this.#lately()}`, { cause });
    }
  }

  async token(hospital: Hospital, purpose: string, reason?: string): Promise<string> {
    const { clients, tokenUrl } = this.#sandbox();
    const name = `${hospital} ${purpose} ${reason ?? ''}`;
    const source =
      this.#tokens.get(name) ??
      accessTokens(clients[hospital], { tokenUrl, purpose, ...(reason === undefined ? {} : { reason }) });
    this.#tokens.set(name, source);
    return source();
  }
}
