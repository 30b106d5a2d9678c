/** What an import reads, in this order: a source by its URL, or what came with the request itself. */
export type ImportInput = {
  readonly from: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'upload' };
  /** All of its resources are of this type, if it says so. */
  readonly type?: string;
};

/** How far an input has been read. Everything before `offset`, in bytes, is settled: written, or told among the errors. */
export type InputProgress = {
  readonly offset: number;
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly refused: number;
  readonly state: 'unread' | 'read';
};

export type ImportProgress = {
  readonly inputs: readonly InputProgress[];
  /**
   * Of the lines that may be written from here on: the version that each named record had before, by `type/id`; 0 where there was none.
   * A record among them with a newer version may have been written by this job already.
   */
  readonly known: Readonly<Record<string, number>>;
};

export type NewImport = {
  /** Random: it names the job in its URL, and nobody can guess it. */
  readonly id: string;
  readonly organization: string;
  /** URL of the request that asked for it. */
  readonly request: string;
  /** Whether lines that name their record may write to it. */
  readonly updates: 'allowed' | 'refused';
  readonly inputs: readonly ImportInput[];
};

export type ImportJob = NewImport & {
  /** Milliseconds since the epoch, by the store's clock. */
  readonly acceptedAtMs: number;
  readonly finishedAtMs?: number;
  /** Counts the steps: whoever has another one has been overtaken. */
  readonly revision: number;
  readonly progress: ImportProgress;
};

/** A line that was not taken. `outcome` is an OperationOutcome as text; it tells where, never content. */
export type ImportError = { readonly input: number; readonly line: number; readonly outcome: string };

export type ImportStep = {
  readonly id: string;
  /** The revision that it goes on from. */
  readonly from: number;
  readonly progress: ImportProgress;
  readonly errors: readonly ImportError[];
  readonly state: 'running' | 'finished';
};

/**
 * Imports that were asked for, how far each has come, and what came with the request.
 *
 * Laws:
 * 1. `append` and `accept` are durable before they resolve. What was appended and never accepted is no job.
 * 2. `advance` saves progress and errors in one transaction: durable before it resolves, or nothing of it.
 * 3. Who does not stand at `from` any more, or whose job was removed, is refused with `fenced` and changes nothing.
 * 4. `next` is the oldest job that is not finished.
 * 5. What was uploaded is gone when its job is finished or removed.
 */
export interface ImportStore {
  /** `offset`: of the first of these bytes in the upload; they follow those before without a gap. */
  append(id: string, offset: number, bytes: Uint8Array): Promise<void>;
  accept(job: NewImport): Promise<void>;
  /** The bytes of the upload from `offset` on, as many as were appended together; undefined after the last. */
  uploaded(id: string, offset: number): Promise<Uint8Array | undefined>;
  job(id: string): Promise<ImportJob | undefined>;
  next(): Promise<ImportJob | undefined>;
  /** @returns the revision from now on */
  advance(step: ImportStep): Promise<number>;
  /** In the order of inputs and lines; `after` is where to go on. */
  errors(
    id: string,
    options: { readonly after?: Pick<ImportError, 'input' | 'line'>; readonly limit: number },
  ): Promise<readonly ImportError[]>;
  remove(id: string): Promise<'removed' | 'absent'>;
  /** Removes uploads that nobody accepted, and jobs that have been finished for so long. */
  forget(options: { readonly uploadsMs: number; readonly finishedMs: number }): Promise<void>;
}
