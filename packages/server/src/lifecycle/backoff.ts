export type Backoff = { readonly firstMs: number; readonly mostMs: number };

/** How long to wait after so many failures in a row: twice as long each time. */
export const backoffMs = (failures: number, { firstMs, mostMs }: Backoff): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
