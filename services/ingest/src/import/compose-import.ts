import type { Place } from '@chartseal/engines';
import { startElected, startLoop } from '@chartseal/server';
import type { Router } from 'express';
import type { IngestDependencies } from '../dependencies.ts';
import type { ImportConfig } from './config.ts';
import { createImportRouter } from './import-router.ts';
import { importSource } from './import-source.ts';
import { Importer } from './importer.ts';

const intervalMs = 500;

/** Takes imports, and carries them out while this process leads. Disposing of `opening` ends it within a batch. */
export const composeImport = (
  place: Place,
  opening: AsyncDisposableStack,
  config: ImportConfig,
  ingest: IngestDependencies,
): Router => {
  const { imports, metrics, clock } = place;
  metrics.watch(importSource(imports, clock));
  const sources = { ...config, imports, fetch };
  const work = (): AsyncDisposable => {
    const importer = new Importer({ ingest, imports, sources, metrics, clock });
    const step = async (signal: AbortSignal): Promise<'again' | void> => {
      place.standing.require();
      return importer.round(signal);
    };
    return startLoop({ name: 'import', intervalMs, longestBackoffMs: 30_000, step }, place);
  };
  opening.use(startElected({ ...place, task: 'import', work }));
  return createImportRouter({ ...place, config }, place.authenticated);
};
