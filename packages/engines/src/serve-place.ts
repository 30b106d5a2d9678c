import type { Ledger } from '@chartseal/ports';
import { certificatesSource, createBase, listen } from '@chartseal/server';
import type { Engines } from './compose-engines.ts';
import { openPlace, type Part, type PlaceOptions } from './place.ts';

export type ServeOptions = PlaceOptions & {
  readonly listen: { readonly host: string; readonly port: number };
  /** By the variable that names it. */
  readonly certificateFiles: Readonly<Record<string, string | undefined>>;
};

export type Serving = AsyncDisposable & { readonly url: string };

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
  const listening = await listen(createBase({ ...options, ready: place.ready(), mount }), options.listen);
  opening.defer(() => listening.close());
  const stack = opening.move();
  return { url: listening.url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
