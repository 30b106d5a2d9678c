import { JsonError } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';

const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
};

/**
 * Whatever was thrown, as one of the closed set. Express reports what it cannot read of a request line as errors with a
 * 4xx `status`, the JSON parser what it cannot read of a body; everything else that we do not know is `internal`, with the original as its cause and nothing of its text.
 */
export const asChartsealError = (error: unknown): ChartsealError => {
  if (error instanceof ChartsealError) return error;
  if (error instanceof JsonError) {
    const place = error.path === '' ? {} : { expression: error.path };
    const issue = { code: 'structure', diagnostics: `the JSON cannot be read: ${error.message}`, ...place } as const;
    return new ChartsealError('malformed', 'the JSON cannot be read', { issues: [issue] }, { cause: error });
  }
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    return new ChartsealError('malformed', 'the request cannot be read', {}, { cause: error });
  }
  return new ChartsealError('internal', 'internal error', {}, { cause: error });
};
