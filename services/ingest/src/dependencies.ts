import type { ErasureStore, RecordStore } from '@chartseal/ports';
import type { Clock, Logger, Principal } from '@chartseal/server';
import type { SearchContext, Validator } from '@chartseal/fhir';

/** Answers one GET entry of a batch: the query service's own path, with its decision and its audit. */
export type ReadEntry = (principal: Principal, url: string, requestId: string) => Promise<ReadEntryAnswer>;

/** `body` is canonical FHIR JSON as text, put into the answer as it is. */
export type ReadEntryAnswer = {
  readonly status: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly body: string;
};

export type IngestDependencies = {
  readonly records: RecordStore;
  /** Without a trailing slash. */
  readonly fhirBaseUrl: string;
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly randomUuid: () => string;
  readonly readEntry: ReadEntry;
  /** By the policy of this gateway. */
  readonly validate: Validator;
};

/** What the routes need beside. */
export type RouteDependencies = IngestDependencies & {
  readonly erasures: ErasureStore;
  readonly log: Logger;
  /** Rejects what would be written to a store that the ledger has left behind. */
  readonly standing: { require(): void };
};

export const searchContext = ({ fhirBaseUrl, clock }: IngestDependencies): SearchContext => ({
  baseUrl: fhirBaseUrl,
  now: clock.wallMs(),
});
