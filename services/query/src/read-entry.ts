/** GET entries of a batch (https://hl7.org/fhir/R4/http.html#batch): the same path as a request of its own. */
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { Execute } from './interactions/execute.ts';
import type { Interaction } from './interactions/interaction.ts';

export type ReadEntryAnswer = {
  readonly status: number;
  readonly etag?: string;
  readonly lastModified?: string;
  /** A FHIR resource as text. */
  readonly body: string;
};

/**
 * Answers `entry.request.url`, relative to the base.
 * @throws ChartsealError as the request itself would, and `malformed` for a URL that is no read
 */
export const createReadEntry =
  (execute: Execute) =>
  async (principal: Principal, url: string, requestId?: string): Promise<ReadEntryAnswer> => {
    const answer = await execute({ principal, interaction: interactionOf(url), requestId });
    const { status, etag, lastModified } = answer.head;
    return {
      status,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      body: answer.body,
    };
  };

const interactionOf = (url: string): Interaction => {
  const [path = '', ...query] = url.split('?');
  const parameters = [...new URLSearchParams(query.join('?'))];
  const [resourceType = '', id, operation, version, ...more] = path.replace(/^\//, '').split('/').map(decoded);
  const entry = id === undefined ? undefined : { resourceType, id };
  if (resourceType === '' || more.length > 0) throw notReadable();
  if (entry === undefined) return { kind: 'search-type', resourceType, parameters, handling: 'strict' };
  if (operation === undefined) return { kind: 'read', ...entry };
  if (operation === '_history' && version !== undefined) return { kind: 'vread', ...entry, version };
  if (operation === '_history') return { kind: 'history-instance', ...entry, parameters };
  if (operation === '$everything' && resourceType === 'Patient' && version === undefined) {
    return { kind: 'everything', id: entry.id, parameters };
  }
  throw notReadable();
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw notReadable({ cause: error });
  }
};

const notReadable = (options?: ErrorOptions): ChartsealError =>
  new ChartsealError(
    'malformed',
    'this is no read that a batch can hold',
    {
      issues: [
        { code: 'not-supported', expression: 'Bundle.entry.request.url', diagnostics: 'no read that a batch can hold' },
      ],
    },
    options,
  );
