/**
 * What could not authenticate is told in the access log (IHE ATNA's User Authentication, DICOM PS3.15 A.5.3.7). A flood must not fill the log: whatever
 * fails for the same client from the same address in a minute is told when it begins and, if there was more, once more with how often.
 */
import { NumberSpelling } from '@chartseal/fhir';
import type { Draft, RecordStore } from '@chartseal/ports';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { safeError } from '../errors/safe-error.ts';
import { sealVersion } from '../seal/seal.ts';

/** `route`: its template. `client`: one that is known and that the caller claimed to be. */
export type FailedAuthentication = {
  readonly route: string;
  readonly address: string;
  readonly client: string | undefined;
};

export type FailedAuthenticationsOptions = {
  readonly records: Pick<RecordStore, 'commit'>;
  /** This hospital's directory id. */
  readonly organization: string;
  readonly fhirBaseUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly randomUuid: () => string;
};

const minuteMs = 60_000;
/** Kinds of failures told one by one in a minute; what comes beyond is told as one. */
const mostKinds = 100;
const elsewhere: FailedAuthentication = { route: '(several)', address: '(several)', client: undefined };

export class FailedAuthentications implements AsyncDisposable {
  readonly #options: FailedAuthenticationsOptions;
  /** What failed in this minute, with how often beyond the first time. */
  readonly #failures = new Map<string, { readonly failure: FailedAuthentication; more: number }>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: FailedAuthenticationsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#endMinute(), minuteMs).unref();
  }

  report(failure: FailedAuthentication): void {
    const known = this.#failures.get(keyOf(failure));
    const isTooMany = known === undefined && this.#failures.size >= mostKinds;
    const told = isTooMany ? elsewhere : failure;
    const entry = isTooMany ? this.#failures.get(keyOf(elsewhere)) : known;
    if (entry !== undefined) {
      entry.more += 1;
      return;
    }
    this.#failures.set(keyOf(told), { failure: told, more: 0 });
    this.#write(told, 1);
  }

  /** Resolves once all that was reported is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#endMinute();
    await this.#writing;
  }

  #endMinute(): void {
    for (const { failure, more } of this.#failures.values()) if (more > 0) this.#write(failure, more);
    this.#failures.clear();
  }

  /** Nobody waits for it: an answer that says no needs no trail to be given. */
  #write(failure: FailedAuthentication, count: number): void {
    const { records, log } = this.#options;
    const write = async (): Promise<void> => {
      try {
        await records.commit({ touches: [], exclusive: [], plan: () => [this.#draft(failure, count)] });
      } catch (error) {
        log.error({ error: safeError(error) }, 'a failed authentication could not be audited');
      }
    };
    this.#writing = this.#writing.then(write);
  }

  #draft(failure: FailedAuthentication, count: number): Draft {
    const { randomBytes, randomUuid, fhirBaseUrl, clock, organization } = this.#options;
    const key = { resourceType: 'AuditEvent', id: randomUuid() };
    const recorded = new Date(clock.wallMs()).toISOString();
    const announcement = { log: 'access', effect: 'deny', reason: 'unauthenticated' } as const;
    return {
      ...key,
      kind: 'content',
      seal: (position) =>
        sealVersion({
          ...position,
          key,
          resource: authenticationEvent(failure, { count, recorded, organization }),
          numbers: new NumberSpelling(),
          announcement,
          randomBytes,
          fhirBaseUrl,
        }),
    };
  }
}

const keyOf = ({ route, address, client }: FailedAuthentication): string => JSON.stringify([route, address, client]);

const dicom = 'http://dicom.nema.org/resources/ontology/DCM';

const authenticationEvent = (
  { route, address, client }: FailedAuthentication,
  { count, recorded, organization }: { count: number; recorded: string; organization: string },
): { readonly resourceType: 'AuditEvent' } => {
  const who =
    client === undefined ? { display: 'not known' } : { identifier: { system: 'urn:chartseal:client', value: client } };
  const resource = {
    resourceType: 'AuditEvent' as const,
    extension: [{ url: 'urn:chartseal:fhir:StructureDefinition:failed-attempts', valueUnsignedInt: count }],
    type: { system: dicom, code: '110114', display: 'User Authentication' },
    subtype: [{ system: dicom, code: '110122', display: 'Login' }],
    action: 'E',
    recorded,
    outcome: '4',
    outcomeDesc: route,
    agent: [{ who, requestor: true, network: { address, type: '2' } }],
    source: { observer: { identifier: { system: 'urn:chartseal:organization', value: organization } } },
  };
  return resource;
};
