import { hash } from 'node:crypto';
import { canonicalJson, normaliseReferences } from '@chartseal/fhir';
import type { Received, UpstreamResource } from '../client/page.ts';

/** Of all that the upstream sent of a record, its version and time too: equal only where nothing was touched there. */
export const digestOf = ({ resource, numbers }: Received): Uint8Array =>
  new Uint8Array(
    hash('sha256', numbers === undefined ? JSON.stringify(resource) : canonicalJson(resource, numbers), 'buffer'),
  );

const nameSource = (resource: UpstreamResource, upstream: string): void => {
  const { meta } = resource;
  if (meta === undefined) resource['meta'] = { source: upstream };
  else if (typeof meta === 'object' && meta !== null && !Array.isArray(meta) && !('source' in meta))
    (meta as Record<string, unknown>)['source'] = upstream;
};

/**
 * Makes it this server's, in place: what it says by an absolute URL of the upstream it says by a relative reference, which means the record here;
 * `meta.source` names the upstream, unless it names a source already. All else stays.
 */
export const adopt = (resource: UpstreamResource, upstream: string): void => {
  normaliseReferences(resource, upstream);
  nameSource(resource, upstream);
};
