import type { RequestHandler } from 'express';
import { bodyText, contextOf, principalOf, sendFhir } from '@chartseal/server';
import { postBundle } from '../bundle/bundle.ts';
import type { IngestDependencies } from '../dependencies.ts';

export const bundleRoute =
  (dependencies: IngestDependencies): RequestHandler =>
  async (req, res) => {
    const { requestId } = contextOf(res);
    sendFhir(res, 200, await postBundle(dependencies, principalOf(res), bodyText(req), requestId));
  };
