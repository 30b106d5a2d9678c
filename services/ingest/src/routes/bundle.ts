import { collectJson, contextOf, mayBeLarge, principalOf, sendFhir, Turns } from '@chartseal/server';
import type { RequestHandler } from 'express';
import { postBundle } from '../bundle/bundle.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { preferredReturn } from '../prefer.ts';

/** POST [base]. Large Bundles take turns; small ones wait for nobody. */
export const bundleRoute = (dependencies: IngestDependencies): readonly RequestHandler[] => {
  const turns = new Turns();
  return [
    async (req, res) => {
      const { requestId } = contextOf(res);
      const asked = { requestId, preferred: preferredReturn(req) };
      const work = async (): Promise<string> =>
        postBundle(dependencies, principalOf(res), await collectJson(req), asked);
      sendFhir(res, 200, await (mayBeLarge(req) ? turns.take(work) : work()));
    },
  ];
};
