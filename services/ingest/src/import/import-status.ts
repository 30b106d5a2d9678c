import type { ImportJob } from '@chartseal/ports';

export const statusUrl = (fhirBaseUrl: string, id: string): string => `${fhirBaseUrl}/$import-status/${id}`;

/** For `X-Progress`. */
export const progressText = ({ progress: { inputs } }: ImportJob): string => {
  const sum = (count: (input: ImportJob['progress']['inputs'][number]) => number): number =>
    inputs.reduce((total, input) => total + count(input), 0);
  const read = inputs.filter(({ state }) => state === 'read').length;
  const written = sum(({ created, updated }) => created + updated);
  return `${written} resources written, ${sum(({ refused }) => refused)} lines refused; ${read} of ${inputs.length} inputs read`;
};

/** The manifest of an import that is finished, after https://github.com/smart-on-fhir/bulk-import. */
export const manifest = (fhirBaseUrl: string, { id, request, acceptedAtMs, inputs, progress }: ImportJob): object => {
  const told = inputs.map(({ from, type }, index) => ({
    ...(type === undefined ? {} : { type }),
    inputUrl: from.kind === 'url' ? from.url : request,
    at: progress.inputs[index],
  }));
  return {
    transactionTime: new Date(acceptedAtMs).toISOString(),
    request,
    requiresAccessToken: true,
    output: told.map(({ at, ...input }) => ({
      ...input,
      count: (at?.created ?? 0) + (at?.updated ?? 0),
      extension: { created: at?.created ?? 0, updated: at?.updated ?? 0 },
    })),
    error: told
      .filter(({ at }) => (at?.refused ?? 0) > 0)
      .map(({ inputUrl, at }) => ({
        type: 'OperationOutcome',
        inputUrl,
        count: at?.refused,
        url: `${statusUrl(fhirBaseUrl, id)}/errors`,
      })),
  };
};
