import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@chartseal/ports';
import { certificatesSource, createBase, FailedAuthentications, listen, type ReadyCheck } from '@chartseal/server';
import type { Engines } from './compose-engines.ts';
import { openPlace, type Part, type PlaceOptions } from './place.ts';

export type ServeOptions = PlaceOptions & {
  readonly listen: { readonly host: string; readonly port: number };
  /** By the variable that names it. */
  readonly certificateFiles: Readonly<Record<string, string | undefined>>;
  /** See `BaseOptions`. */
  readonly trustedProxy: string | undefined;
};

export type Serving = AsyncDisposable & { readonly url: string };

const readyWithinMs = 5000;
const pollMs = 20;

/** A process that takes requests before it has read the ledger would refuse what the one that it replaces still answered. What is away holds up nobody for long. */
const readyOrLate = async (checks: readonly ReadyCheck[]): Promise<void> => {
  const deadline = AbortSignal.timeout(readyWithinMs);
  for (const { check } of checks)
    while (!deadline.aborted && !(await isReady(check))) await sleep(pollMs, undefined, { ref: false });
};

const isReady = (check: ReadyCheck['check']): Promise<boolean> =>
  check().then(
    () => true,
    () => false,
  );

/** Serves a part on engines that are open. Disposing of it drains requests first, then ends what runs beside them; the engines stay open. */
export const servePlace = async (
  engines: Engines,
  ledger: Ledger,
  options: ServeOptions,
  part: Part,
): Promise<Serving> => {
  await using opening = new AsyncDisposableStack();
  options.metrics.watch(certificatesSource(options.certificateFiles));
  const place = opening.use(await openPlace(engines, ledger, options));
  const mount = await part(place, opening);
  await readyOrLate(place.ready());
  const failures = opening.use(new FailedAuthentications(place));
  const onUnauthenticated = failures.report.bind(failures);
  const app = createBase({ ...options, ready: place.ready(), mount, onUnauthenticated });
  const listening = await listen(app, options.listen);
  opening.defer(() => listening.close());
  const stack = opening.move();
  return { url: listening.url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
