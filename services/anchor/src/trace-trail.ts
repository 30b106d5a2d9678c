import type { LogName } from '@chartseal/ports';
import type { SpanContext } from '@chartseal/server';

type Step = { readonly treeSize: number; readonly span: SpanContext };

/** More than these between two anchors: the oldest are forgotten, and with them nothing but a link in a trace. */
const mostSteps = 256;

/** Which spans brought the leaves that the next anchor will cover. It lives as long as the process: a trace is worth no table. */
export class TraceTrail {
  readonly #steps: Record<LogName, Step[]> = { records: [], access: [] };

  /** `span` made the log that long. */
  note(log: LogName, treeSize: number, span: SpanContext | undefined): void {
    if (span === undefined) return;
    this.#steps[log].push({ treeSize, span });
    if (this.#steps[log].length > mostSteps) this.#steps[log].shift();
  }

  /** Those that brought leaves below `treeSize`. */
  upTo(log: LogName, treeSize: number): readonly SpanContext[] {
    return this.#steps[log].filter((step) => step.treeSize <= treeSize).map(({ span }) => span);
  }

  forget(log: LogName, treeSize: number): void {
    this.#steps[log] = this.#steps[log].filter((step) => step.treeSize > treeSize);
  }
}
