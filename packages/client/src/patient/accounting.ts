/** FHIR dates; a date means the whole day. The last six years unless they say otherwise. */
export type AccountingPeriod = { readonly from?: string; readonly to?: string };

export const periodWords = ({ from, to }: AccountingPeriod): string =>
  new URLSearchParams({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }).toString();
