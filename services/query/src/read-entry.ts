/** GET entries of a batch (https://hl7.org/fhir/R4/http.html#batch): the same path as a request of its own. */
import { ChartsealError } from '@chartseal/ports';
import type { Principal, RateLimits } from '@chartseal/server';
import type { Execute } from './interactions/execute.ts';
import type { Interaction } from './interactions/interaction.ts';
import { matchRoute } from './routes/match-route.ts';

export type ReadEntryAnswer = {
  readonly status: number;
  readonly etag?: string;
  readonly lastModified?: string;
  /** A FHIR resource as text. */
  readonly body: string;
};

/**
 * Answers `entry.request.url`, relative to the base. Each entry counts as a request: a batch of thousands would be a way around the limit.
 * @throws ChartsealError as the request itself would, and `malformed` for a URL that is no read
 */
export const createReadEntry =
  (execute: Execute, limits: RateLimits) =>
  async (principal: Principal, url: string, requestId?: string): Promise<ReadEntryAnswer> => {
    await limits[principal.kind].take(principal.clientId);
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
  if (url === '') throw notReadable();
  const match = matchRoute(path.split('/').map(decoded).join('/'));
  if (match?.route.batch !== 'offered') throw notReadable();
  return match.route.interactionOf({
    path: match.path,
    query: [...new URLSearchParams(query.join('?'))],
    body: '',
    handling: 'strict',
    accepts: 'fhir',
  });
};

const decoded = (segment: string): string => {
  try {
    const text = decodeURIComponent(segment);
    if (!text.includes('/')) return text;
  } catch (error) {
    throw notReadable({ cause: error });
  }
  throw notReadable();
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
