import { bodyText, contextOf, principalOf, readText, sendFhir } from '@chartseal/server';
import type { RequestHandler } from 'express';
import { postBundle } from '../bundle/bundle.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { preferredReturn } from '../prefer.ts';

/** POST [base] */
export const bundleRoute = (dependencies: IngestDependencies): readonly RequestHandler[] => [
  readText(),
  async (req, res) => {
    const { requestId } = contextOf(res);
    const asked = { requestId, preferred: preferredReturn(req) };
    sendFhir(res, 200, await postBundle(dependencies, principalOf(res), bodyText(req), asked));
  },
];
