import type { ResultParameters } from './search-query.ts';

type Reader = (value: string) => ResultParameters | undefined;

const summaries: ReadonlySet<string> = new Set(['count', 'false']);
const totals: ReadonlySet<string> = new Set(['none', 'estimate', 'accurate']);

const readers: Readonly<Record<string, Reader>> = {
  _count: (value) => (/^\d{1,9}$/.test(value) ? { count: Number(value) } : undefined),
  _summary: (value) => (summaries.has(value) ? { summary: value as 'count' | 'false' } : undefined),
  _total: (value) => (totals.has(value) ? { total: value as 'none' | 'estimate' | 'accurate' } : undefined),
  _format: (value) => ({ format: value }),
  _pretty: (value) => (value === 'true' || value === 'false' ? { pretty: value === 'true' } : undefined),
};

/** How to read a parameter that shapes the answer; undefined if `code` is none of those supported. */
export const resultReader = (code: string): Reader | undefined =>
  Object.hasOwn(readers, code) ? readers[code] : undefined;
