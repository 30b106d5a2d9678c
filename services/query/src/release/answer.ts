/** Response bodies. Each builder takes only what has been released, or what is about nobody. */
import type { Released } from './released.ts';

type AnswerHead = {
  readonly status: number;
  readonly contentType: string;
  readonly etag?: string;
  /** RFC 9110 HTTP-date. */
  readonly lastModified?: string;
  readonly location?: string;
};

class PreparedAnswer {
  /** Makes the type nominal: only the builders below make one. */
  readonly #body: string;
  readonly head: AnswerHead;

  constructor(head: AnswerHead, body: string) {
    this.head = head;
    this.#body = body;
  }

  get body(): string {
    return this.#body;
  }
}

export type Answer = PreparedAnswer;

export const fhirJson = 'application/fhir+json';

/** https://hl7.org/fhir/R4/http.html#versioning */
export const etag = (versionId: number): string => `W/"${versionId}"`;

export const resourceAnswer = (released: Released): Answer => {
  const { versionId, lastUpdated } = released.version;
  return new PreparedAnswer(
    { status: 200, contentType: fhirJson, etag: etag(versionId), lastModified: new Date(lastUpdated).toUTCString() },
    released.text,
  );
};

/** `write` composes the body around the released texts; it is given nothing else to put in. */
export const composedAnswer = (
  contentType: string,
  released: readonly Released[],
  write: (released: readonly Released[]) => string,
): Answer => new PreparedAnswer({ status: 200, contentType }, write(released));

/** Names a record to a client of its own hospital. */
export const redirectAnswer = (location: string): Answer =>
  new PreparedAnswer({ status: 303, contentType: fhirJson, location }, '');

/** What anyone may know: the CapabilityStatement. */
export const publicAnswer = (resource: object): Answer =>
  new PreparedAnswer({ status: 200, contentType: fhirJson }, JSON.stringify(resource));
