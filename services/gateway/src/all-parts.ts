import type { Part } from '@chartseal/engines';
import { composeAnchor, type AnchorIntervals } from '@chartseal/service-anchor';
import { composeConsent } from '@chartseal/service-consent';
import { composeIngest, type ImportConfig } from '@chartseal/service-ingest';
import { composeQuery, createReads } from '@chartseal/service-query';
import { composeUpstream, type UpstreamConfig } from '@chartseal/service-upstream';

/** The four services in one process, below one base URL; and the connector, where there is an upstream. */
export const allParts =
  (imports: ImportConfig, intervals?: Partial<AnchorIntervals>, upstream?: UpstreamConfig): Part =>
  async (place, opening) => {
    // Reads and batch entries share one gatekeeper.
    const execute = createReads(place);
    const mounts = [
      await composeConsent(place, opening),
      composeQuery(place, execute),
      composeIngest(place, opening, imports, execute),
      await composeAnchor(place, opening, intervals),
      ...(upstream === undefined ? [] : [composeUpstream(place, opening, upstream)]),
    ];
    return (app) => {
      for (const mount of mounts) mount(app);
    };
  };
