import type { ImportError, ImportJob, ImportProgress, ImportStore, InputProgress } from '@chartseal/ports';
import { isKind } from '@chartseal/ports';
import type { Clock, Metrics } from '@chartseal/server';
import { nameOf } from '../bundle/plan-transaction.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { admitLine, refusedInput, type AdmittedLine } from './admit-line.ts';
import { batchesOf, type Batch } from './batches.ts';
import { readLines } from './read-lines.ts';
import { openSource, SourceAway, SourceRefused, type Sources } from './source.ts';
import { writeLine, type SettledLine } from './write-line.ts';

export type ImporterDependencies = {
  readonly ingest: IngestDependencies;
  readonly imports: ImportStore;
  readonly sources: Sources;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
};

/** How often a source that is away is asked before the rest of it is given up. */
const patience = 8;
const tidyEveryMs = 60 * 60 * 1000;
const forgetMs = { uploadsMs: 24 * 60 * 60 * 1000, finishedMs: 30 * 24 * 60 * 60 * 1000 };

/** Carries out what was accepted, one job after the other. All that it must not forget is in the store. */
export class Importer {
  readonly #dependencies: ImporterDependencies;
  readonly #away = new Map<string, number>();
  #tidyAtMs = Number.NEGATIVE_INFINITY;

  constructor(dependencies: ImporterDependencies) {
    this.#dependencies = dependencies;
  }

  /** The oldest job, to its end. `again`: there may be another. */
  async round(signal: AbortSignal): Promise<'again' | void> {
    const { imports } = this.#dependencies;
    const job = await imports.next();
    if (job === undefined) return this.#tidy();
    try {
      await new Run(this.#dependencies, job, (input) => this.#isGivenUp(job, input)).toEnd(signal);
    } catch (error) {
      // It was cancelled, or another process has it.
      if (!isKind(error, 'fenced')) throw error;
    }
    return 'again';
  }

  async #tidy(): Promise<void> {
    const { imports, clock } = this.#dependencies;
    if (clock.monotonicMs() < this.#tidyAtMs) return;
    await imports.forget(forgetMs);
    this.#tidyAtMs = clock.monotonicMs() + tidyEveryMs;
  }

  #isGivenUp({ id }: ImportJob, input: number): boolean {
    const name = `${id} ${input}`;
    const times = (this.#away.get(name) ?? 0) + 1;
    this.#away.set(name, times);
    return times >= patience;
  }
}

/** One job, from where it stands. */
class Run {
  readonly #dependencies: ImporterDependencies;
  readonly #job: ImportJob;
  readonly #isGivenUp: (input: number) => boolean;
  #revision: number;
  #progress: ImportProgress;
  /** Of what was settled and not saved yet. */
  #errors: readonly ImportError[] = [];

  constructor(dependencies: ImporterDependencies, job: ImportJob, isGivenUp: (input: number) => boolean) {
    this.#dependencies = dependencies;
    this.#job = job;
    this.#isGivenUp = isGivenUp;
    this.#revision = job.revision;
    this.#progress = job.progress;
  }

  async toEnd(signal: AbortSignal): Promise<void> {
    for (const input of this.#job.inputs.keys()) {
      if (this.#at(input).state === 'unread') await this.#input(input, signal);
      if (signal.aborted) return;
    }
    await this.#save('finished');
  }

  async #input(input: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#lines(input, signal);
    } catch (error) {
      const isOver = error instanceof SourceRefused || (error instanceof SourceAway && this.#isGivenUp(input));
      if (!isOver || signal.aborted) throw error;
      const { lines } = this.#at(input);
      this.#settle(input, {}, [refusedInput(lines + 1, error.message)]);
    }
    if (!signal.aborted) this.#settle(input, { state: 'read' }, []);
  }

  async #lines(input: number, signal: AbortSignal): Promise<void> {
    const { ingest, sources } = this.#dependencies;
    const job = this.#job;
    const { offset, lines } = this.#at(input);
    const from = { id: job.id, input: job.inputs[input] ?? { from: { kind: 'upload' } as const }, offset };
    const read = readLines(openSource(sources, from, signal), { offset, lines });
    const batches = batchesOf(read, (line) => admitLine(ingest, { job, input }, line));
    let next = batches.next();
    try {
      for (;;) {
        const { value: batch, done } = await next;
        if (done === true || signal.aborted) return;
        next = batches.next();
        // Told of below, in its turn.
        next.catch(() => undefined);
        await this.#batch(input, batch);
      }
    } finally {
      await batches.return(undefined).catch(() => undefined);
    }
  }

  async #batch(input: number, { lines, offset, lastLine }: Batch): Promise<void> {
    const { ingest } = this.#dependencies;
    const admitted = lines.filter((line): line is AdmittedLine => line.kind !== 'refused');
    await this.#begin(admitted.filter(({ kind }) => kind === 'named'));
    const { known } = this.#progress;
    const written = await Promise.allSettled(
      admitted.map((line) => writeLine(ingest, line, line.kind === 'named' ? (known[nameOf(line.key)] ?? 0) : 0)),
    );
    const settled = [...lines.filter((line) => line.kind === 'refused'), ...written.map(valueOf)];
    this.#settle(input, { offset, lines: lastLine }, settled);
  }

  /** Saves what was settled, and what versions there are of what the next lines are of. */
  async #begin(named: readonly AdmittedLine[]): Promise<void> {
    const { ingest } = this.#dependencies;
    const { known } = this.#progress;
    if (named.every(({ key }) => known[nameOf(key)] !== undefined) && this.#errors.length === 0) {
      if (named.length > 0) return;
    }
    const fresh = named.map(({ key }) => key).filter((key) => known[nameOf(key)] === undefined);
    const found = new Map(
      (await ingest.records.readMany(fresh)).map((version) => [nameOf(version), version.versionId]),
    );
    const versions = named.map(({ key }) => [nameOf(key), known[nameOf(key)] ?? found.get(nameOf(key)) ?? 0] as const);
    this.#progress = { ...this.#progress, known: Object.fromEntries(versions) };
    await this.#save('running');
  }

  async #save(state: 'running' | 'finished'): Promise<void> {
    const step = { id: this.#job.id, from: this.#revision, progress: this.#progress, errors: this.#errors, state };
    this.#revision = await this.#dependencies.imports.advance(step);
    this.#errors = [];
  }

  #settle(input: number, to: Partial<InputProgress>, lines: readonly SettledLine[]): void {
    const { metrics } = this.#dependencies;
    const count = (kind: SettledLine['kind']): number => lines.filter((line) => line.kind === kind).length;
    const at = this.#at(input);
    const refused = lines.filter((line) => line.kind === 'refused');
    for (const { kind: outcome } of lines) metrics.count('chartseal_import_lines_total', { outcome });
    const moved: InputProgress = {
      ...at,
      ...to,
      created: at.created + count('created'),
      updated: at.updated + count('updated'),
      refused: at.refused + refused.length,
    };
    this.#progress = { inputs: this.#progress.inputs.with(input, moved), known: {} };
    this.#errors = [...this.#errors, ...refused.map(({ line, outcome }) => ({ input, line, outcome }))];
  }

  #at(input: number): InputProgress {
    const at = this.#progress.inputs[input];
    if (at === undefined) throw new Error('an import has another number of inputs than it began with');
    return at;
  }
}

const valueOf = (result: PromiseSettledResult<SettledLine>): SettledLine => {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
};
