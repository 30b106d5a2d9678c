/** https://c2sp.org/tlog-witness, the log's side. What a witness answers is untrusted, and so is how much and how slowly. */
import {
  formatAddCheckpoint,
  parseCosignerKey,
  parseWitnessSize,
  TlogError,
  type AddCheckpoint,
  type CosignerKey,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';

/** An address that the directory on the ledger gives; no other is ever asked, and no redirect followed. */
export type WitnessAddress = { readonly organization: string; readonly witnessUrl: string };

export type WitnessAnswer =
  | { readonly kind: 'signatures'; readonly lines: readonly string[] }
  | { readonly kind: 'other-size'; readonly size: number }
  | { readonly kind: 'refused'; readonly status: number };

const deadlineMs = 3000;
const mostBytes = 16 * 1024;

export class WitnessClient {
  readonly #fetch: typeof fetch;
  readonly #signal: AbortSignal;

  /** @param signal ends what is under way */
  constructor(given: typeof fetch, signal: AbortSignal) {
    this.#fetch = given;
    this.#signal = signal;
  }

  /** @throws TlogError `malformed`, or what `fetch` throws */
  async verifierKey({ witnessUrl }: WitnessAddress): Promise<CosignerKey> {
    const { status, text } = await this.#ask(urlBelow(witnessUrl, 'verifier-key'), {});
    if (status !== 200) throw new TlogError('malformed', 'the witness has no verifier key');
    return parseCosignerKey(sha256, text.trimEnd());
  }

  /** @throws TlogError `malformed`, or what `fetch` throws */
  async addCheckpoint({ witnessUrl }: WitnessAddress, request: AddCheckpoint): Promise<WitnessAnswer> {
    const body = formatAddCheckpoint(request);
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const { status, text } = await this.#ask(urlBelow(witnessUrl, 'add-checkpoint'), { method: 'POST', headers, body });
    if (status === 200) return { kind: 'signatures', lines: text.split('\n').filter((line) => line !== '') };
    if (status === 409) return { kind: 'other-size', size: parseWitnessSize(text) };
    return { kind: 'refused', status };
  }

  async #ask(url: string, init: RequestInit): Promise<{ readonly status: number; readonly text: string }> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(deadlineMs)]);
    const response = await this.#fetch(url, { ...init, redirect: 'error', signal });
    return { status: response.status, text: await limitedText(response) };
  }
}

const urlBelow = (base: string, path: string): string => `${base.replace(/\/+$/, '')}/${path}`;

const limitedText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > mostBytes) throw new TlogError('malformed', 'the witness says more than it has to say');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
