/** Response bodies. Each builder takes only what has been released, or what is about nobody. */
import { ChartsealError } from '@chartseal/ports';
import type { Label } from './decision.ts';
import type { Released, ReleasedBytes } from './released.ts';

type AnswerHead = {
  readonly status: number;
  readonly contentType: string;
  readonly etag?: string;
  /** RFC 9110 HTTP-date. */
  readonly lastModified?: string;
  readonly location?: string;
  /** `foreign`: bytes that somebody else wrote, or that are no text; no browser may take them for a page of ours. */
  readonly origin?: 'foreign';
  /** What the recipient must be told of a body that has no `meta` to tell it in. */
  readonly obligations?: readonly Label[];
  /** Where a receipt of the decision can be had, by the handles of the audit entries. */
  readonly receipts?: readonly string[];
};

class PreparedAnswer {
  /** Makes the type nominal: only the builders below make one. */
  readonly #body: string | Uint8Array;
  readonly head: AnswerHead;

  constructor(head: AnswerHead, body: string | Uint8Array) {
    this.head = head;
    this.#body = body;
  }

  /** The same, which says where receipts of it are. */
  withReceipts(receipts: readonly string[]): Answer {
    return new PreparedAnswer({ ...this.head, receipts }, this.#body);
  }

  /** @throws ChartsealError `internal` for a Binary's own bytes */
  get body(): string {
    if (typeof this.#body !== 'string') throw new ChartsealError('internal', 'bytes where text was asked for');
    return this.#body;
  }

  get bytes(): Uint8Array {
    return typeof this.#body === 'string' ? Buffer.from(this.#body) : this.#body;
  }
}

export type Answer = PreparedAnswer;

export const fhirJson = 'application/fhir+json';

/** https://hl7.org/fhir/R4/http.html#versioning */
export const etag = (versionId: number): string => `W/"${versionId}"`;

const versionHead = ({ version: { versionId, lastUpdated } }: Released): Pick<AnswerHead, 'etag' | 'lastModified'> => ({
  etag: etag(versionId),
  lastModified: new Date(lastUpdated).toUTCString(),
});

export const resourceAnswer = (released: Released): Answer =>
  new PreparedAnswer({ status: 200, contentType: fhirJson, ...versionHead(released) }, released.text);

/** RFC 9110 §8.3.1, without what could end a header. */
const mediaType = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\/[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}(?: *; *[\x20-\x7e]{1,200})?$/;

/** https://hl7.org/fhir/R4/binary.html#rest: the content itself, as what the Binary says that it is. */
export const nativeAnswer = ({ released, contentType, bytes }: ReleasedBytes): Answer => {
  const type = mediaType.test(contentType) ? contentType : 'application/octet-stream';
  const { labels: obligations } = released;
  return new PreparedAnswer(
    { status: 200, contentType: type, ...versionHead(released), origin: 'foreign', obligations },
    bytes,
  );
};

/** `write` composes the body around the released texts; it is given nothing else to put in. */
export const composedAnswer = (
  contentType: string,
  released: readonly Released[],
  write: (released: readonly Released[]) => string,
): Answer => new PreparedAnswer({ status: 200, contentType }, write(released));

/** Bytes that are proved as they are, so that nothing can be told inside them. */
export const provedAnswer = (contentType: string, released: Released, write: () => string): Answer =>
  new PreparedAnswer({ status: 200, contentType, obligations: released.labels }, write());

/** The same where it is no text: for a file, not for a page. */
export const provedBytesAnswer = (contentType: string, released: Released, bytes: Uint8Array): Answer =>
  new PreparedAnswer({ status: 200, contentType, origin: 'foreign', obligations: released.labels }, bytes);

/** Names a record to a client of its own hospital. */
export const redirectAnswer = (location: string): Answer =>
  new PreparedAnswer({ status: 303, contentType: fhirJson, location }, '');

/** What anyone may know: the CapabilityStatement. */
export const publicAnswer = (resource: object, contentType: string = fhirJson): Answer =>
  new PreparedAnswer({ status: 200, contentType }, JSON.stringify(resource));
