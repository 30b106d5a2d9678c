/** The consent service, seen by a device. */

/** 201 once the ledger has committed it; 202 (the last two null): enforced by the custodian already, not on the ledger yet. */
export type DirectiveReceipt = {
  readonly consentId: string | null;
  readonly sequence: number | null;
  readonly transactionId: string | null;
  readonly blockNumber: number | null;
};

/** The service said no, or could not answer. `message` is the OperationOutcome's own text. */
export class ConsentServiceError extends Error {
  override readonly name = 'ConsentServiceError';
  readonly status: number;
  /** With a 409: the last sequence that the ledger holds. */
  readonly lastSequence: number | undefined;

  constructor(status: number, message: string, lastSequence?: number) {
    super(message);
    this.status = status;
    this.lastSequence = lastSequence;
  }

  /** Whether the same request can never be accepted; else it may have been, or may be later. */
  get isFinal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

export const postToConsentService = async (
  consentBaseUrl: string,
  path: string,
  body: string,
): Promise<Readonly<Record<string, unknown>>> => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return answerOf(await fetch(`${consentBaseUrl}/${path}`, { method: 'POST', headers, body }));
};

export const receiptOf = ({
  consentId,
  sequence,
  transactionId,
  blockNumber,
}: Readonly<Record<string, unknown>>): DirectiveReceipt => ({
  consentId: typeof consentId === 'string' ? consentId : null,
  sequence: typeof sequence === 'number' ? sequence : null,
  transactionId: typeof transactionId === 'string' ? transactionId : null,
  blockNumber: typeof blockNumber === 'number' ? blockNumber : null,
});

/** @throws ConsentServiceError */
export const answerOf = async (response: Response): Promise<Readonly<Record<string, unknown>>> => {
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok) return answer;
  const { text, lastSequence } = readOutcome(answer);
  throw new ConsentServiceError(response.status, text ?? `HTTP ${response.status}`, lastSequence);
};

type Outcome = {
  readonly issue?: readonly {
    readonly diagnostics?: string;
    readonly expression?: readonly string[];
    readonly extension?: readonly { readonly url?: string; readonly valueInteger?: number }[];
  }[];
};

const readOutcome = ({
  issue: issues = [],
}: Outcome): { text: string | undefined; lastSequence: number | undefined } => {
  const texts = issues.map(({ diagnostics = '', expression = [] }) => [...expression, diagnostics].join(': '));
  const extensions = issues.flatMap(({ extension = [] }) => extension);
  return {
    text: texts.length === 0 ? undefined : texts.join('; '),
    lastSequence: extensions.find(({ url }) => url === 'urn:chartseal:lastSequence')?.valueInteger,
  };
};
